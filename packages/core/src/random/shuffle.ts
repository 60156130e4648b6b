import type { Random } from './random.js';
import { uniformIndex } from './uniform-index.js';

/** A shuffled copy, every order equally likely (Fisher–Yates); length − 1 draws. */
export function shuffle<T>(items: readonly T[], random: Random): T[] {
  const result = [...items];
  for (let last = result.length - 1; last > 0; last--) {
    const chosen = uniformIndex(random, last + 1);
    const moved = result[last] as T;
    result[last] = result[chosen] as T;
    result[chosen] = moved;
  }
  return result;
}

/**
 * A shuffled copy: of those that are left, the next one is drawn in proportion to its weight (gRFC A113: descending by
 * u^(1/weight), Efraimidis and Spirakis 2005); one draw for each. With equal weights every order is equally likely.
 *
 * @param weightOf finite and > 0.
 */
export function weightedShuffle<T>(items: readonly T[], weightOf: (item: T) => number, random: Random): T[] {
  // By the logarithm, which has the same order: the powers of large weights would all round to 1.
  const keyed = items.map((item) => ({ item, key: Math.log(random.next()) / weightOf(item) }));
  return keyed.sort((a, b) => (a.key === b.key ? 0 : b.key - a.key)).map(({ item }) => item);
}
