import type { Random } from './random.js';

/**
 * Draws indices with given weights in constant time (Walker 1977, built as Vose 1991 does): each slot of the table is as
 * likely as any other and holds one or two indices.
 */
export class AliasTable {
  /** How much of a slot belongs to its own index. */
  readonly #own: Float64Array;
  /** Whose the rest of a slot is. */
  readonly #alias: Uint32Array;

  /** @param weights finite and > 0, at least one. Only their ratios count. Built in O(n). */
  constructor(weights: ArrayLike<number>) {
    const n = weights.length;
    // Divided by the largest first: a sum of weights near the end of the range would be infinite.
    const largest = Float64Array.from(weights).reduce((most, weight) => Math.max(most, weight));
    const shares = Float64Array.from(weights, (weight) => weight / largest);
    const mean = shares.reduce((sum, share) => sum + share) / n;
    this.#own = shares.map((share) => share / mean);
    this.#alias = new Uint32Array(n);
    this.#fill();
  }

  /** One index. A single draw. */
  draw(random: Random): number {
    const at = random.next() * this.#own.length;
    const slot = Math.floor(at);
    // The fraction is as uniform as the whole part: one draw serves for both.
    return at - slot < this.#own[slot]! ? slot : this.#alias[slot]!;
  }

  /** Fills up the slots of indices below the mean with what those above have too much. */
  #fill(): void {
    const own = this.#own;
    const poor: number[] = [];
    const rich: number[] = [];
    own.forEach((share, index) => (share < 1 ? poor : rich).push(index));
    while (poor.length > 0 && rich.length > 0) {
      const [taker, giver] = [poor.pop()!, rich[rich.length - 1]!];
      this.#alias[taker] = giver;
      own[giver]! -= 1 - own[taker]!;
      if (own[giver]! < 1) poor.push(rich.pop()!);
    }
    // What is left differs from 1 by rounding alone.
    for (const index of [...poor, ...rich]) own[index] = 1;
  }
}
