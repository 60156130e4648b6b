import { SeededRandom } from '@fairlead/testing';
import { describe, expect, test } from '@jest/globals';
import { fixedDelay, QuantileDelay } from './hedging-delay.js';
import { hedgingQuota } from './hedging-quota.js';

const P95 = { quantile: 0.95, minMs: 2, maxMs: 500 };

test('a fixed delay stays', () => {
  const delay = fixedDelay(70);
  delay.answered(1, 0);
  expect(delay.begin(0)).toBe(70);
});

describe('a measured delay', () => {
  const measured = (ms: number, count: number, delay = new QuantileDelay(P95, 30)): QuantileDelay => {
    for (let n = 0; n < count; n++) delay.answered(ms, 0);
    return delay;
  };

  test('is the initial one until 100 answers are measured; the cap without an initial one', () => {
    expect(measured(10, 99).begin(0)).toBe(30);
    expect(measured(10, 100).begin(0)).toBeCloseTo(10, -0.5);
    expect(new QuantileDelay(P95).begin(0)).toBe(500);
  });

  test('keeps to floor and cap', () => {
    expect(measured(0.2, 100).begin(0)).toBe(2);
    expect(measured(3_000, 100).begin(0)).toBe(500);
  });

  test('follows the latencies of the last minute', () => {
    const delay = measured(10, 1_000);
    for (let n = 0; n < 1_000; n++) delay.answered(100, 60_000);
    expect(delay.begin(60_000)).toBeGreaterThanOrEqual(100);
    expect(delay.begin(60_000)).toBeLessThan(110);
  });
});

test.each([
  ['steady', () => 1],
  ['ten times slower from one second to the next', (second: number) => (second < 30 ? 1 : 10)],
  ['slower all the time', (second: number) => 1 + second],
])(
  'p95, with its quota, hedges at most 5 %% of the calls, and one in ten seconds: latencies are %s',
  (_name, factor) => {
    const delay = new QuantileDelay(P95, 0);
    const quota = hedgingQuota(1 - P95.quantile);
    const random = new SeededRandom(7);
    let hedges = 0;
    const calls = 60 * 200;
    for (let n = 0; n < calls; n++) {
      const now = n * 5;
      quota.deposit(now);
      const delayMs = delay.begin(now);
      // Exponential, mean 10 ms: a long tail.
      const latencyMs = -10 * Math.log(1 - random.next()) * factor(Math.floor(now / 1_000));
      if (latencyMs > delayMs && quota.tryWithdraw(now)) hedges += 1;
      delay.answered(latencyMs, now);
    }
    expect(hedges).toBeLessThanOrEqual(calls * 0.05 + 7);
    expect(hedges).toBeGreaterThan(calls * 0.01);
  },
);
