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
