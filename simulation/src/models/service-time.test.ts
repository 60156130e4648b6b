import { describe, expect, test } from '@jest/globals';
import { SeededRandom } from '@fairlead/testing';
import { bimodal, constant, exponential, logNormal, type ServiceTime } from './service-time.js';

const DRAWS = 200_000;

function draws(serviceTime: ServiceTime): Float64Array {
  const random = new SeededRandom(2026);
  return Float64Array.from({ length: DRAWS }, () => serviceTime(random)).sort();
}

function moments(values: Float64Array): { mean: number; sd: number; median: number } {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
  return { mean, sd: Math.sqrt(variance), median: values[values.length / 2]! };
}

describe('service times', () => {
  test('lognormal has the median and the standard deviation that were asked for', () => {
    const { median, sd } = moments(draws(logNormal({ medianMs: 167, sdMs: 5 })));
    // 5 σ of the median of so many draws: 5 · 1.2533 · 5 / √200 000.
    expect(Math.abs(median - 167)).toBeLessThan(0.07);
    expect(sd).toBeCloseTo(5, 1);
    expect(moments(draws(logNormal({ medianMs: 20, sdMs: 8 }))).sd).toBeCloseTo(8, 0);
  });

  test('exponential has its mean, and a standard deviation as large', () => {
    const { mean, sd } = moments(draws(exponential(20)));
    expect(Math.abs(mean - 20)).toBeLessThan((5 * 20) / Math.sqrt(DRAWS));
    expect(sd).toBeCloseTo(20, 0);
  });

  test('bimodal draws the other kind as often as it was told', () => {
    const values = draws(bimodal(constant(1), constant(100), 0.1));
    const others = values.filter((value) => value === 100).length;
    expect(Math.abs(others - DRAWS / 10)).toBeLessThan(5 * Math.sqrt(DRAWS * 0.1 * 0.9));
    expect(others + values.filter((value) => value === 1).length).toBe(DRAWS);
  });
});
