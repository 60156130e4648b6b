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
