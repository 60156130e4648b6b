import { describe, expect, test } from '@jest/globals';
import { STATUS_CODES } from '@fairlead/core';
import { DEFAULT_RETRIES, retryRule, type FailedAttempt } from './retry-rule.js';

const failed: FailedAttempt = {
  code: STATUS_CODES.UNAVAILABLE,
  failure: 'maybe-processed',
  picked: true,
  counted: 1,
  refused: 0,
  pushback: { kind: 'none' },
};

describe('retryRule', () => {
  test.each<[string, Partial<FailedAttempt>, ReturnType<typeof retryRule>]>([
    ['a retryable status costs budget', {}, { retry: true, delay: 'backoff', costsBudget: true }],
    ['the last attempt', { counted: 3 }, { retry: false }],
    ['another status', { code: STATUS_CODES.INTERNAL }, { retry: false }],
    ['a first refusal is free', { failure: 'refused', refused: 1 }, { retry: true, delay: 'none', costsBudget: false }],
    ['a second one is not', { failure: 'refused', refused: 2 }, { retry: true, delay: 'backoff', costsBudget: true }],
    ['what was never sent is free', { failure: 'unsent' }, { retry: true, delay: 'none', costsBudget: false }],
    ['nobody was there', { failure: 'unsent', picked: false }, { retry: true, delay: 'backoff', costsBudget: false }],
    [
      'the server says when',
      { pushback: { kind: 'after', delayMs: 250 } },
      { retry: true, delay: 250, costsBudget: true },
    ],
    ['the server says no', { pushback: { kind: 'stop' } }, { retry: false }],
  ])('%s', (_name, changes, decision) => {
    expect(retryRule({ ...failed, ...changes }, DEFAULT_RETRIES)).toEqual(decision);
  });
});
