import type { Random } from './random.js';
import { uniformIndex } from './uniform-index.js';

/**
 * Two distinct indices in [0, n), every ordered pair equally likely, with exactly two draws and without allocation:
 *
 * ```ts
 * const a = firstOfPair(random, n);
 * const b = secondOfPair(random, n, a);
 * ```
 *
 * The second one is drawn from the n − 1 indices that are left when `a` is a hole: those below the hole keep their
 * number, the others move up by one. Drawing again until the two differ would be uniform too, but unbounded; taking the
 * neighbour of `a` on a collision would not be uniform, and drawing with replacement compares a member with itself in
 * one of n picks.
 */
export function firstOfPair(random: Random, n: number): number {
  return uniformIndex(random, n);
}

/** The other index of the pair; `n` is at least 2. See {@link firstOfPair}. */
export function secondOfPair(random: Random, n: number, first: number): number {
  const index = uniformIndex(random, n - 1);
  return index < first ? index : index + 1;
}
