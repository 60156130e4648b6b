import type { Random } from '@fairlead/core';

/**
 * Answers exactly the numbers it was given, in order, and complains when asked for more: a test that names its draws
 * should fail when the code draws once more than it says.
 *
 * @example
 * ```ts
 * const random = new ScriptedRandom([0, 0.5]);
 * pickTwo(random);
 * random.remaining; // 0: both were used
 * ```
 */
export class ScriptedRandom implements Random {
  readonly #values: readonly number[];
  #used = 0;

  /** @throws RangeError for a value outside [0, 1). */
  constructor(values: readonly number[]) {
    const wrong = values.find((value) => !(value >= 0 && value < 1));
    if (wrong !== undefined) throw new RangeError(`values: ${wrong} (expected: numbers ≥ 0 and < 1)`);
    this.#values = [...values];
  }

  /** @throws RangeError when all values were used. */
  next(): number {
    const value = this.#values[this.#used];
    if (value === undefined) throw new RangeError(`all ${this.#values.length} scripted random numbers were used`);
    this.#used++;
    return value;
  }

  /** How many values were not used yet. */
  get remaining(): number {
    return this.#values.length - this.#used;
  }
}
