import { TokenBucketBudget } from '@fairlead/core';
import { expect, test } from '@jest/globals';
import { LiveBudget } from './live-budget.js';

test('is the ratio budget until a config brings a bucket, the same bucket while it has one, and the ratio budget again', () => {
  const budget = new LiveBudget(new TokenBucketBudget({ ratio: 0, minPerSecond: 1 }, 'retryBudget'));
  const ratioBalance = budget.balance(0);
  budget.configure({ maxTokens: 10, tokenRatio: 1 });
  expect(budget.balance(0)).toBe(5);
  for (let n = 0; n < 8; n += 1) budget.attemptFailed(0);
  budget.callSucceeded(0);
  expect([budget.balance(0), budget.tryWithdraw(0)]).toEqual([0, false]);
  budget.configure({ maxTokens: 100, tokenRatio: 1 });
  expect(budget.tryWithdraw(0)).toBe(false);
  for (let n = 0; n < 21; n += 1) budget.callSucceeded(0);
  expect(budget.tryWithdraw(0)).toBe(true);
  budget.configure(undefined);
  expect(budget.balance(0)).toBe(ratioBalance);
  budget.configure({ maxTokens: 10, tokenRatio: 1 });
  expect(budget.balance(0)).toBe(5);
});
