import { describe, expect, test } from '@jest/globals';
import { InvalidOptionError } from '../errors/invalid-option-error.js';
import { TokenBucketBudget, type TokenBucketBudgetOptions } from './token-bucket-budget.js';

// Cases of other projects' retry budgets, under the names that they have there.

describe('Finagle RetryBudgetTest', () => {
  const CALLS = 10_000;

  /** 10 000 calls in one moment, each of which asks for one retry. */
  function spend(options: Required<TokenBucketBudgetOptions>): void {
    const budget = new TokenBucketBudget(options);
    const { ttlMs, minPerSecond, ratio } = options;
    const reserve = (ttlMs / 1_000) * minPerSecond;
    expect(budget.balance(0)).toBe(reserve);
    if (reserve === 0) expect(budget.tryWithdraw(0)).toBe(false);
    let retried = 0;
    for (let call = 0; call < CALLS; call++) {
      budget.deposit(0);
      if (budget.tryWithdraw(0)) retried += 1;
      // Whatever is refused is refused because not a whole token is left.
      else expect(budget.balance(0)).toBeLessThan(1);
    }
    expect(Math.abs(retried - (Math.floor(CALLS * ratio) + reserve))).toBeLessThanOrEqual(1);
  }

  test('Empty', () => {
    const budget = new TokenBucketBudget({ ratio: 0, minPerSecond: 0 });
    for (let round = 0; round < 2; round++) {
      expect([budget.balance(0), budget.tryWithdraw(0)]).toEqual([0, false]);
      budget.deposit(0);
    }
  });

  test('apply ttl bounds check', () => {
    for (const ttlMs of [0, 61_000]) expect(() => new TokenBucketBudget({ ttlMs })).toThrow(InvalidOptionError);
  });

  test('apply minRetriesPerSec bounds check', () => {
    expect(() => new TokenBucketBudget({ minPerSecond: -1 })).toThrow(InvalidOptionError);
  });

  test('apply maxPercentOver bounds', () => {
    expect(() => new TokenBucketBudget({ ratio: -1 })).toThrow(InvalidOptionError);
  });

  test.each([0.1, 0.5, 0.25, 0.75, 0.99, 0.999, 0.9999, 0.01, 0.001, 0.0001])('apply minRetriesPerSec=0: %p', (ratio) =>
    spend({ ttlMs: 60_000, minPerSecond: 0, ratio }),
  );

  test.each([1, 2, 5])('apply minRetries=0 maxPercentOver greater than 1.0: %p', (ratio) => {
    const budget = new TokenBucketBudget({ ratio, minPerSecond: 0, ttlMs: 60_000 });
    expect([budget.balance(0), budget.tryWithdraw(0)]).toEqual([0, false]);
    for (let call = 0; call < CALLS; call++) budget.deposit(0);
    expect(budget.balance(0)).toBe(CALLS * ratio);
  });

  test('apply with minRetries and maxPercentOver=0', () => {
    spend({ ttlMs: 1_000, minPerSecond: 10, ratio: 0 });
    spend({ ttlMs: 2_000, minPerSecond: 5, ratio: 0 });
  });

  test('apply with minRetries and maxPercentOver', () => {
    spend({ ttlMs: 1_000, minPerSecond: 10, ratio: 0.1 });
    spend({ ttlMs: 2_000, minPerSecond: 5, ratio: 0.5 });
  });
});

describe('Tower tps_budget', () => {
  test('tps_empty', () => {
    expect(new TokenBucketBudget({ ttlMs: 1_000, minPerSecond: 0, ratio: 1 }).tryWithdraw(0)).toBe(false);
  });

  test('tps_leaky', () => {
    const budget = new TokenBucketBudget({ ttlMs: 1_000, minPerSecond: 0, ratio: 1 });
    budget.deposit(0);
    expect(budget.tryWithdraw(3_000)).toBe(false);
  });

  test('tps_slots', () => {
    const budget = new TokenBucketBudget({ ttlMs: 1_000, minPerSecond: 0, ratio: 0.5 });
    budget.deposit(0);
    budget.deposit(0);
    // Slots end at whole tenths of the time to live here, so that this is a moment before 900 ms.
    expect(budget.tryWithdraw(899)).toBe(true);
    // The first deposit of these has expired when it is asked; the second one and the third one pay.
    budget.deposit(3_000);
    budget.deposit(3_301);
    budget.deposit(4_102);
    expect(budget.tryWithdraw(4_102)).toBe(true);
    expect(budget.tryWithdraw(4_102)).toBe(false);
  });

  test('tps_reserve', () => {
    const budget = new TokenBucketBudget({ ttlMs: 1_000, minPerSecond: 5, ratio: 1 });
    expect([1, 2, 3, 4, 5, 6].map(() => budget.tryWithdraw(0))).toEqual([true, true, true, true, true, false]);
  });
});
