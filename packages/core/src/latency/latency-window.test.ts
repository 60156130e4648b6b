import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { LatencyWindow } from './latency-window.js';

test('without samples there is no quantile', () => {
  expect(new LatencyWindow(1_000).quantileAt(0.5, 0)).toBeUndefined();
});

test('a quantile is at most 9 % above the true one, and never below it', () => {
  const sample = fc.double({ min: 0.1, max: 600_000, noNaN: true });
  fc.assert(
    fc.property(
      fc.array(sample, { minLength: 1, maxLength: 200 }),
      fc.double({ min: 0.01, max: 0.999, noNaN: true }),
      (samples, quantile) => {
        const window = new LatencyWindow(1_000);
        for (const ms of samples) window.add(ms, 0);
        const exact = samples.toSorted((a, b) => a - b)[Math.ceil(samples.length * quantile) - 1]!;
        const found = window.quantileAt(quantile, 0)!;
        expect(found).toBeGreaterThanOrEqual(exact * (1 - 1e-9));
        expect(found).toBeLessThanOrEqual(exact * 2 ** (1 / 8) * (1 + 1e-9));
      },
    ),
  );
});

test('samples count for one to two windows', () => {
  const window = new LatencyWindow(1_000);
  window.add(5, 0);
  expect(window.countAt(999)).toBe(1);
  window.add(5, 1_000);
  expect(window.countAt(1_999)).toBe(2);
  expect(window.countAt(2_000)).toBe(1);
  expect(window.countAt(5_000)).toBe(0);
  window.add(5, 5_100);
  expect(window.countAt(5_100)).toBe(1);
});

test('what is out of range counts at its end', () => {
  const window = new LatencyWindow(1_000);
  window.add(0, 0);
  expect(window.quantileAt(0.5, 0)).toBeCloseTo(0.1, 10);
  for (let n = 0; n < 3; n++) window.add(1e12, 0);
  expect(window.quantileAt(0.9, 0)).toBeGreaterThan(700_000);
});
