import { describe, expect, test } from '@jest/globals';
import { ScriptedRandom } from '@fairlead/testing';
import { withSeed } from '../../test/support/statistics.js';
import { connectionBackoff, exponentialBackoff, type Backoff } from './backoff.js';

function bases(backoff: Backoff, n: number): number[] {
  const result: number[] = [];
  for (let step = backoff; result.length < n; step = step.next()) result.push(step.baseMs);
  return result;
}

describe('exponentialBackoff', () => {
  test('multiplies up to its limit', () => {
    expect(bases(exponentialBackoff({ initialMs: 100, maxMs: 1_000, multiplier: 3 }), 5)).toEqual([
      100, 300, 900, 1_000, 1_000,
    ]);
    expect(bases(exponentialBackoff({ initialMs: 500, maxMs: 100, multiplier: 2 }), 2)).toEqual([100, 100]);
    expect(bases(exponentialBackoff({ initialMs: 100, maxMs: 1_000, multiplier: 0.5 }), 3)).toEqual([100, 50, 25]);
  });

  test('the steps are values: the first one starts again', () => {
    const first = exponentialBackoff({ initialMs: 100, maxMs: 1_000, multiplier: 2 });
    first.next().next();
    expect([first.baseMs, first.next().baseMs]).toEqual([100, 200]);
  });

  test('jitter is uniform between 80 and 120 % also at the limit (gRFC A6)', () => {
    withSeed(8, (random) => {
      const step = exponentialBackoff({ initialMs: 2_000, maxMs: 1_000, multiplier: 2 });
      const delays = Array.from({ length: 10_000 }, () => step.delayMs(random));
      const mean = delays.reduce((sum, delay) => sum + delay, 0) / delays.length;
      expect(Math.min(...delays)).toBeGreaterThanOrEqual(800);
      expect(Math.min(...delays)).toBeLessThan(801);
      expect(Math.max(...delays)).toBeLessThan(1_200);
      expect(Math.max(...delays)).toBeGreaterThan(1_199);
      // Standard error 400 / √12 / √10 000 = 1.15; 1 % is more than 8 σ.
      expect(Math.abs(mean - 1_000)).toBeLessThan(10);
    });
  });

  test('draws once per delay, and not at all for the steps', () => {
    const random = new ScriptedRandom([0, 0.5]);
    const step = exponentialBackoff({ initialMs: 100, maxMs: 1_000, multiplier: 2, jitterRatio: 1 });
    expect([step.delayMs(random), step.next().delayMs(random), random.remaining]).toEqual([0, 200, 0]);
    expect(
      exponentialBackoff({ initialMs: 5, maxMs: 9, multiplier: 1, jitterRatio: 0 }).delayMs(new ScriptedRandom([0.9])),
    ).toBe(5);
  });

  test('connections wait 1 s, ×1.6, at most 120 s', () => {
    const steps = bases(connectionBackoff(), 12);
    expect(steps.slice(0, 3)).toEqual([1_000, 1_600, 2_560]);
    expect(steps[10]).toBeCloseTo(1_000 * 1.6 ** 10, 6);
    expect(steps[11]).toBe(120_000);
  });
});
