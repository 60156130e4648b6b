import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { InvalidOptionError } from '../errors/invalid-option-error.js';
import { TokenBucketBudget } from './token-bucket-budget.js';

function withdrawAll(budget: TokenBucketBudget, now: number): number {
  let withdrawn = 0;
  while (budget.tryWithdraw(now)) withdrawn++;
  return withdrawn;
}

describe('TokenBucketBudget', () => {
  test('starts with its reserve: 10 per second for 10 s', () => {
    const budget = new TokenBucketBudget();
    expect(budget.balance(0)).toBe(100);
    expect(withdrawAll(budget, 0)).toBe(100);
    expect([budget.balance(0), budget.tryWithdraw(0)]).toEqual([0, false]);
  });

  test('is empty without reserve and deposits', () => {
    expect(new TokenBucketBudget({ minPerSecond: 0 }).tryWithdraw(0)).toBe(false);
    expect(new TokenBucketBudget({ minPerSecond: 0, ratio: 0 }).balance(0)).toBe(0);
  });

  // Finagle RetryBudgetTest: the share of the calls, within one.
  test.each([0, 0.1, 0.2, 0.25, 0.3, 0.5, 0.75, 0.999, 1, 2, 5])('10 000 calls buy their share of %p', (ratio) => {
    const budget = new TokenBucketBudget({ ratio, minPerSecond: 0 });
    for (let call = 0; call < 10_000; call++) budget.deposit(0);
    expect(Math.abs(withdrawAll(budget, 0) - 10_000 * ratio)).toBeLessThanOrEqual(1);
  });

  test('a share that binary cannot hold is not cut: 100 calls at 0.29 buy 29', () => {
    const budget = new TokenBucketBudget({ ratio: 0.29, minPerSecond: 0 });
    for (let call = 0; call < 100; call++) budget.deposit(0);
    expect(withdrawAll(budget, 0)).toBe(29);
  });

  test.each([
    [0.1, 10],
    [0.2, 5],
    [0.7, 10],
  ])('withdrawing as the calls come: a share of %p', (ratio, calls) => {
    const budget = new TokenBucketBudget({ ratio, minPerSecond: 0 });
    let withdrawn = 0;
    for (let call = 0; call < 1_000 * calls; call++) {
      budget.deposit(0);
      if (budget.tryWithdraw(0)) withdrawn++;
    }
    expect(Math.abs(withdrawn - 1_000 * calls * ratio)).toBeLessThanOrEqual(1);
  });

  test('deposits leak after their time to live', () => {
    const budget = new TokenBucketBudget({ ratio: 1, minPerSecond: 0, ttlMs: 1_000 });
    budget.deposit(0);
    expect(budget.balance(899)).toBe(1);
    expect(budget.balance(1_000)).toBe(0);
    for (let slot = 0; slot < 10; slot++) budget.deposit(1_000 + slot * 100);
    expect(budget.balance(1_999)).toBe(10);
    expect(budget.balance(2_250)).toBe(7);
    expect(budget.balance(1e9)).toBe(0);
  });

  test('the reserve comes back within the time to live', () => {
    const budget = new TokenBucketBudget({ ratio: 0, minPerSecond: 1, ttlMs: 10_000 });
    expect(withdrawAll(budget, 0)).toBe(10);
    expect(budget.tryWithdraw(8_999)).toBe(false);
    expect(withdrawAll(budget, 10_000)).toBe(10);
  });

  test('is never below zero, although deposits leak before the withdrawals they paid for', () => {
    const budget = new TokenBucketBudget({ ratio: 1, minPerSecond: 0, ttlMs: 1_000 });
    budget.deposit(0);
    expect(budget.tryWithdraw(900)).toBe(true);
    expect(budget.balance(1_000)).toBe(0);
    budget.deposit(1_000);
    expect(budget.tryWithdraw(1_000)).toBe(false);
  });

  test('works on clocks that start below zero, jump far ahead or go back', () => {
    const budget = new TokenBucketBudget({ ratio: 1, minPerSecond: 0, ttlMs: 1_000 });
    budget.deposit(-5_050);
    expect(budget.balance(-5_000)).toBe(1);
    budget.deposit(1e12);
    expect(budget.balance(1e12)).toBe(1);
    budget.deposit(0);
    expect(budget.balance(1e12)).toBe(2);
  });

  test('bounds an outage of 60 s at 500 calls per second, and allows retries again right after', () => {
    const budget = new TokenBucketBudget();
    let attempts = 0;
    for (let call = 0; call < 30_000; call++) {
      const now = call * 2;
      budget.deposit(now);
      attempts++;
      // Every attempt fails, each call would make three more.
      for (let retry = 0; retry < 3 && budget.tryWithdraw(now); retry++) attempts++;
    }
    const reserve = 10 * (60 + 10);
    expect(attempts).toBeLessThanOrEqual(30_000 * 1.2 + reserve);
    expect(attempts).toBeGreaterThan(30_000 * 1.2);
    expect(budget.balance(60_000 + 10_000)).toBe(100);
  });

  test('whenever one is paid for, those of the last time to live are within share and reserve', () => {
    const step = fc.record({ after: fc.nat(1_500), calls: fc.nat(20), wanted: fc.nat(20) });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), fc.double({ min: 0, max: 2, noNaN: true }), (steps, ratio) => {
        const budget = new TokenBucketBudget({ ratio, minPerSecond: 2, ttlMs: 1_000 });
        const log: { readonly slot: number; readonly calls: number; readonly retries: number }[] = [];
        let now = 0;
        for (const { after, calls, wanted } of steps) {
          now += after;
          for (let call = 0; call < calls; call++) budget.deposit(now);
          let retries = 0;
          while (retries < wanted && budget.tryWithdraw(now)) retries++;
          const slot = Math.floor(now / 100);
          log.push({ slot, calls, retries });
          const recent = log.filter((entry) => entry.slot > slot - 10);
          const withdrawn = recent.reduce((sum, entry) => sum + entry.retries, 0);
          const deposited = recent.reduce((sum, entry) => sum + entry.calls, 0);
          if (retries > 0) expect(withdrawn).toBeLessThanOrEqual(2 + ratio * deposited + 1e-6);
        }
      }),
    );
  });

  test.each([
    { ratio: -0.1 },
    { ratio: NaN },
    { minPerSecond: -1 },
    { ttlMs: 999 },
    { ttlMs: Infinity },
    { percent: 20 },
  ])('refuses %j', (options) => {
    expect(() => new TokenBucketBudget(options)).toThrow(InvalidOptionError);
  });
});
