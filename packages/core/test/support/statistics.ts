import { expect } from '@jest/globals';
import { SeededRandom } from '@fairlead/testing';

/** Runs a random test with a seed, and says which one it was when it fails. */
export function withSeed(seed: number, body: (random: SeededRandom) => void): void {
  try {
    body(new SeededRandom(seed));
  } catch (error) {
    if (error instanceof Error) error.message = `seed ${seed}: ${error.message}`;
    throw error;
  }
}

/** Pearson's χ² of counts that should be equal. */
export function chiSquare(counts: readonly number[]): number {
  const expected = counts.reduce((sum, count) => sum + count, 0) / counts.length;
  return counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
}

/**
 * What χ² exceeds with probability 1e-6, by the approximation of Wilson and Hilferty; good to 1 % from 5 degrees of
 * freedom on.
 */
export function chiSquareLimit(degreesOfFreedom: number): number {
  const z = 4.7534;
  const ninth = 2 / (9 * degreesOfFreedom);
  return degreesOfFreedom * (1 - ninth + z * Math.sqrt(ninth)) ** 3;
}

/** Each count is within 5 σ of what its weight says (the bound of grpc-go's ring hash tests). */
export function expectShares(counts: readonly number[], weights: readonly number[]): void {
  const sum = (numbers: readonly number[]): number => numbers.reduce((total, one) => total + one, 0);
  const [calls, weight] = [sum(counts), sum(weights)];
  counts.forEach((count, index) => {
    const p = weights[index]! / weight;
    const bound = 5 * Math.sqrt(calls * p * (1 - p));
    expect([index, count, Math.abs(count - calls * p) <= bound]).toEqual([index, count, true]);
  });
}
