import type { Random } from './random.js';

// Taken once: inside jest, each look-up of a global goes through the proxy of the test's context.
const { floor } = Math;

/**
 * A uniform index in [0, n). One draw. `n` is a positive integer.
 *
 * The product cannot reach `n` by rounding: the largest number below 1 is 1 − 2^−53, and n·2^−53 is at least half of
 * the distance between `n` and the number below it.
 */
export function uniformIndex(random: Random, n: number): number {
  return floor(random.next() * n);
}
