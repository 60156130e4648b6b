import { describe, expect, test } from '@jest/globals';
import { STATUS_CODES, statusName } from '../status/status-code.js';
import { callOutcome, isOwnTimeout } from './call-outcome.js';

describe('callOutcome', () => {
  const failures = ['UNKNOWN', 'DEADLINE_EXCEEDED', 'RESOURCE_EXHAUSTED', 'INTERNAL', 'UNAVAILABLE', 'DATA_LOSS'];

  test.each(Object.entries(STATUS_CODES))('%s that a server sent', (name, code) => {
    const expected = name === 'CANCELLED' ? 'neutral' : failures.includes(name) ? 'failure' : 'success';
    expect(callOutcome(code)).toBe(expected);
    expect(callOutcome(code, 'maybe-processed')).toBe(expected);
    expect(statusName(code)).toBe(name);
  });

  test('what never met the application says nothing about it', () => {
    expect(callOutcome(STATUS_CODES.UNAVAILABLE, 'unsent')).toBe('neutral');
    expect(callOutcome(STATUS_CODES.UNAVAILABLE, 'refused')).toBe('neutral');
    expect(callOutcome(STATUS_CODES.OK, 'unsent')).toBe('success');
  });

  test('a code that the protocol does not know is an answer', () => {
    expect([callOutcome(99), statusName(99)]).toEqual(['success', 'CODE_99']);
  });
});

describe('isOwnTimeout', () => {
  test.each(Object.entries(STATUS_CODES))('%s', (name, code) => {
    expect(isOwnTimeout(code, false)).toBe(name === 'DEADLINE_EXCEEDED' || name === 'UNAVAILABLE');
    expect(isOwnTimeout(code, true)).toBe(false);
  });
});
