import type { Random } from './random.js';

/**
 * A uniform index in [0, n). One draw. `n` is a positive integer.
 *
 * The product cannot reach `n` by rounding: the largest number below 1 is 1 − 2^−53, and n·2^−53 is at least half of
 * the distance between `n` and the number below it.
 */
export function uniformIndex(random: Random, n: number): number {
  return Math.floor(random.next() * n);
}
