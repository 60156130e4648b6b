import { describe, expect, test } from '@jest/globals';
import { ScriptedRandom } from '../random/scripted-random.js';
import { SeededRandom } from '../random/seeded-random.js';
import { selectEndpoint } from './select-endpoint.js';

describe('selectEndpoint', () => {
  // Upper quantiles of χ² with n − 1 degrees of freedom at α = 1e-6.
  test.each([
    [2, 23.93],
    [5, 33.38],
    [10, 44.81],
  ])('all of %p are equally likely', (n, quantile) => {
    const random = new SeededRandom(n);
    const endpoints = Array.from({ length: n }, (_, index) => index);
    const counts = new Array<number>(n).fill(0);
    const draws = 100_000;
    for (let i = 0; i < draws; i++) counts[selectEndpoint(endpoints, random) ?? 0]!++;
    const expected = draws / n;
    const chiSquare = counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
    expect(chiSquare).toBeLessThan(quantile);
  });

  test('draws once per rule: 1/3, 1/2, and the last one always', () => {
    const endpoints = ['a', 'b', 'c'];
    expect(selectEndpoint(endpoints, new ScriptedRandom([0.33]))).toBe('a');
    expect(selectEndpoint(endpoints, new ScriptedRandom([0.34, 0.49]))).toBe('b');
    expect(selectEndpoint(endpoints, new ScriptedRandom([0.34, 0.51, 0.999]))).toBe('c');
  });

  test('of none there is none', () => {
    expect(selectEndpoint([], new ScriptedRandom([]))).toBeUndefined();
  });
});
