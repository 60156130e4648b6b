import { scaleWeights, TOP_WEIGHT } from './scale-weights.js';
import type { Sequence } from './sequence.js';

/** Keeps members of the same weight from being passed over all in the same row. */
const OFFSET = Math.floor(TOP_WEIGHT / 2);

/**
 * Who comes next, by weights: what an earliest-deadline-first scheduler would answer, in whole numbers and without a
 * queue (C, Go and Java have the same; gRFC A58 describes the scheduler, not this form of it).
 *
 * Imagine a table with a column for each member and 65 535 rows, read row by row. A member of weight `w` (of 65 535) has
 * its turn in `w` of the rows, as evenly spread as whole numbers can be; in the others it is passed over. So the heaviest
 * has its turn in each row, and equal weights are plain round robin.
 *
 * All numbers are kept within 32 bits (`>>> 0`): four times as fast as the remainders of doubles.
 */
export class StaticStride {
  readonly #weights: Uint16Array;
  readonly #offsets: Uint16Array;
  readonly #sequence: Sequence;
  readonly #again: Sequence;

  /**
   * @param weights at least one; which are none is said at {@link scaleWeights}.
   * @param again the numbers of further attempts.
   */
  constructor(weights: readonly number[], sequence: Sequence, again: Sequence) {
    this.#weights = scaleWeights(weights);
    this.#offsets = Uint16Array.from(weights, (_, index) => (index * OFFSET) % TOP_WEIGHT);
    this.#sequence = sequence;
    this.#again = again;
  }

  /** The index of the member whose turn it is. */
  next(): number {
    const members = this.#weights.length >>> 0;
    for (;;) {
      const number = this.#sequence.take() >>> 0;
      const index = (number % members) >>> 0;
      if (this.#isTurn(index, (number / members) >>> 0)) return index;
    }
  }

  /** The index of the member whose turn it is among those that are accepted, in turns of their own. At least one must be. */
  nextAgain(accepts: (index: number) => boolean): number {
    const members = this.#weights.length;
    for (;;) {
      const number = this.#again.take();
      const index = number % members;
      if (this.#isTurn(index, (number / members) >>> 0) && accepts(index)) return index;
    }
  }

  #isTurn(index: number, row: number): boolean {
    const weight = this.#weights[index]!;
    // Both factors have 16 bits, so the product has 32.
    const spread = ((Math.imul(weight, row % TOP_WEIGHT) >>> 0) % TOP_WEIGHT) + this.#offsets[index]!;
    return spread % TOP_WEIGHT >= TOP_WEIGHT - weight;
  }
}
