import { SeededRandom } from '@fairlead/testing';
import { expect, test } from '@jest/globals';
import { POLICY, retryFixture } from '../../test/retry-fixture.js';
import { methodRetry } from './method-retry.js';

const SAMPLES = 10_000;

test.each([
  ['the first retry', 0, 100],
  ['the second', 1, 300],
  ['the third', 2, 900],
  ['the fourth, which is capped', 3, 1_000],
])('the wait before %s is min(initial·multiplier^(n−1), max) · U(0.8, 1.2)', (_name, steps, baseMs) => {
  const policy = { ...POLICY, backoffMultiplier: 3, maxBackoffMs: 1_000 };
  let { backoff } = methodRetry(policy, retryFixture().context.retry);
  for (let step = 0; step < steps; step++) backoff = backoff.next();
  const random = new SeededRandom(steps + 1);
  const waits = Array.from({ length: SAMPLES }, () => backoff.delayMs(random) / baseMs);
  expect(Math.min(...waits)).toBeGreaterThanOrEqual(0.8);
  expect(Math.max(...waits)).toBeLessThan(1.2);
  // Both ends are reached: of 10⁴ samples, none lies in the outermost 1 % with probability 0.99^10000.
  expect(Math.min(...waits)).toBeLessThan(0.804);
  expect(Math.max(...waits)).toBeGreaterThan(1.196);
  const mean = waits.reduce((sum, wait) => sum + wait, 0) / SAMPLES;
  // 5σ of the mean of 10⁴ uniform samples of width 0.4.
  expect(Math.abs(mean - 1)).toBeLessThan((5 * 0.4) / Math.sqrt(12 * SAMPLES));
});

test('a method without a policy has a backoff of 50 ms, doubled up to 1 s', () => {
  let { backoff } = methodRetry(undefined, retryFixture().context.retry);
  const bases = Array.from({ length: 7 }, () => {
    const { baseMs } = backoff;
    backoff = backoff.next();
    return baseMs;
  });
  expect(bases).toEqual([50, 100, 200, 400, 800, 1_000, 1_000]);
});
