import { expect, test } from '@jest/globals';
import { LiveBudget } from './live-budget.js';

const bucket = (maxTokens: number) => ({ retryThrottling: { maxTokens, tokenRatio: 1 } });
const RATIO = { ratio: 0.5, minPerSecond: 1, ttlMs: 10_000 };

test('is the ratio budget until a config brings a bucket, the same bucket while it has one, and the ratio budget again', () => {
  const budget = new LiveBudget({ retryBudget: RATIO });
  const ratioBalance = budget.balance(0);
  budget.configure(bucket(10));
  expect(budget.balance(0)).toBe(5);
  for (let n = 0; n < 8; n += 1) budget.attemptFailed(0);
  budget.callSucceeded(0);
  expect([budget.balance(0), budget.tryWithdraw(0)]).toEqual([0, false]);
  budget.configure(bucket(100));
  expect(budget.tryWithdraw(0)).toBe(false);
  for (let n = 0; n < 21; n += 1) budget.callSucceeded(0);
  expect(budget.tryWithdraw(0)).toBe(true);
  budget.configure({ retryBudget: RATIO });
  expect(budget.balance(0)).toBe(ratioBalance);
  budget.configure(bucket(10));
  expect(budget.balance(0)).toBe(5);
});

test('a ratio budget with other figures goes on counting: what was spent is spent', () => {
  const budget = new LiveBudget();
  expect(budget.balance(0)).toBe(100);
  for (let n = 0; n < 10; n += 1) budget.deposit(0);
  budget.configure({ retryBudget: RATIO });
  expect(budget.balance(0)).toBe(10 + 5);
  while (budget.tryWithdraw(0));
  budget.configure({ retryBudget: { ...RATIO, minPerSecond: 2 } });
  expect(budget.balance(0)).toBe(10);
  budget.configure({ retryBudget: { ...RATIO, ttlMs: 20_000 } });
  expect([budget.balance(0), budget.balance(20_000)]).toEqual([10, 20]);
  budget.configure({});
  expect(budget.balance(30_000)).toBe(100);
});
