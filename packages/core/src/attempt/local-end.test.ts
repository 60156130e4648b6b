import { expect, test } from '@jest/globals';
import { asLocalEnd, isLocalEnd } from './local-end.js';

const STATUS = Object.freeze({ code: 14, details: 'the grace period is over' });

test('a status is marked in a copy, and every copy of that keeps the mark', () => {
  const marked = asLocalEnd(STATUS);
  expect([STATUS, marked, { ...marked }, Object.assign(new Error(), marked)].map(isLocalEnd)).toEqual([
    false,
    true,
    true,
    true,
  ]);
});

test('the mark is under no name that another library could meet', () => {
  expect(Object.keys(asLocalEnd(STATUS))).toEqual(['code', 'details']);
});
