import { expect, test } from '@jest/globals';
import { LineLimit } from './line-limit.js';

test('admits one line a second for each cause, and tells with the next how many were left out', () => {
  const limit = new LineLimit();
  expect([limit.admit('a', 0), limit.admit('a', 0), limit.admit('a', 999), limit.admit('b', 999)]).toEqual([
    0,
    undefined,
    undefined,
    0,
  ]);
  expect([limit.admit('a', 1_000), limit.admit('a', 1_001), limit.admit('a', 5_000), limit.admit('a', 9_000)]).toEqual([
    2,
    undefined,
    1,
    0,
  ]);
});

test('remembers a thousand causes, and forgets the one that told a line longest ago', () => {
  const limit = new LineLimit();
  limit.admit('oldest', 0);
  limit.admit('kept', 1);
  for (let n = 2; n < 1_001; n += 1) limit.admit(`cause ${n}`, n / 2);
  expect(limit.admit('kept', 500)).toBeUndefined();
  expect(limit.admit('oldest', 500)).toBe(0);
});
