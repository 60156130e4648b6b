import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { TokenThrottle } from './token-throttle.js';

test('starts full, and allows while more than half is left', () => {
  const throttle = new TokenThrottle({ maxTokens: 4, tokenRatio: 0.5 });
  expect([throttle.tokens, throttle.balance(), throttle.tryWithdraw()]).toEqual([4, 2, true]);
  throttle.attemptFailed();
  expect([throttle.tokens, throttle.tryWithdraw()]).toEqual([3, true]);
  throttle.attemptFailed();
  expect([throttle.tokens, throttle.balance(), throttle.tryWithdraw()]).toEqual([2, 0, false]);
  throttle.callSucceeded();
  expect([throttle.tokens, throttle.tryWithdraw()]).toEqual([2.5, true]);
});

test('asking takes nothing, and a call that begins gives nothing', () => {
  const throttle = new TokenThrottle({ maxTokens: 10, tokenRatio: 1 });
  throttle.attemptFailed();
  for (let n = 0; n < 20; n++) throttle.tryWithdraw();
  throttle.deposit();
  expect(throttle.tokens).toBe(9);
});

test('an odd number of tokens has its half at .5', () => {
  const throttle = new TokenThrottle({ maxTokens: 3, tokenRatio: 0.1 });
  throttle.attemptFailed();
  expect(throttle.tryWithdraw()).toBe(true);
  throttle.attemptFailed();
  expect(throttle.tryWithdraw()).toBe(false);
});

test('stays within 0 and maxTokens, without rounding, whatever happens', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 1_000 }),
      fc.integer({ min: 1, max: 5_000 }),
      fc.array(fc.boolean(), { maxLength: 200 }),
      (maxTokens, thousandths, calls) => {
        const throttle = new TokenThrottle({ maxTokens, tokenRatio: thousandths / 1_000 });
        let expected = maxTokens * 1_000;
        for (const succeeds of calls) {
          if (succeeds) throttle.callSucceeded();
          else throttle.attemptFailed();
          expected = Math.min(maxTokens * 1_000, Math.max(0, expected + (succeeds ? thousandths : -1_000)));
        }
        expect(throttle.tokens).toBe(expected / 1_000);
      },
    ),
  );
});

test('reconfigured, it stays as full as it is, and counts by the new figures', () => {
  const throttle = new TokenThrottle({ maxTokens: 10, tokenRatio: 0.5 });
  for (let n = 0; n < 4; n += 1) throttle.attemptFailed();
  throttle.reconfigure({ maxTokens: 100, tokenRatio: 0.1 });
  expect([throttle.tokens, throttle.balance()]).toEqual([60, 10]);
  throttle.callSucceeded();
  expect(throttle.tokens).toBe(60.1);
  throttle.reconfigure({ maxTokens: 3, tokenRatio: 1 });
  expect(throttle.tokens).toBe(1.803);
  throttle.reconfigure({ maxTokens: 3, tokenRatio: 1 });
  expect(throttle.tokens).toBe(1.803);
});
