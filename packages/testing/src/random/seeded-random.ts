import type { Random } from '@fairlead/core';

// Taken once: inside jest, each look-up of a global goes through the proxy of the test's context.
const { imul } = Math;

/**
 * Random numbers that a seed repeats: xoshiro128** (Blackman and Vigna), its state filled by splitmix32. Period 2^128 − 1,
 * 53 bits per number. Fit for simulations and tests, not for secrets.
 *
 * Print the {@link seed} when a test fails, and pass it in to see the same failure again.
 *
 * @example
 * ```ts
 * const random = new SeededRandom(42);
 * random.next() === new SeededRandom(42).next(); // true
 * ```
 */
export class SeededRandom implements Random {
  /** The seed as given. */
  readonly seed: number;
  readonly #state: Uint32Array;

  /**
   * @param seed any safe integer. Near seeds give unrelated sequences.
   * @throws RangeError for anything else.
   */
  constructor(seed: number) {
    if (!Number.isSafeInteger(seed)) throw new RangeError(`seed: ${seed} (expected: a safe integer)`);
    this.seed = seed;
    const high = Math.floor(seed / 2 ** 32);
    this.#state = Uint32Array.from(splitmix32(mix(high) ^ seed));
  }

  next(): number {
    return ((this.#next32() >>> 5) * 2 ** 26 + (this.#next32() >>> 6)) * 2 ** -53;
  }

  /**
   * Another generator that draws numbers of its own. Give each part of a simulation one, and a draw more in one part
   * leaves the numbers of the others as they were.
   */
  fork(): SeededRandom {
    return new SeededRandom((this.#next32() >>> 11) * 2 ** 32 + this.#next32());
  }

  #next32(): number {
    const state = this.#state;
    const s0 = state[0]!;
    const s1 = state[1]!;
    const s2 = state[2]!;
    const s3 = state[3]!;
    const result = imul(rotateLeft(imul(s1, 5), 7), 9) >>> 0;
    const t2 = s2 ^ s0;
    const t3 = s3 ^ s1;
    state[1] = s1 ^ t2;
    state[0] = s0 ^ t3;
    state[2] = t2 ^ (s1 << 9);
    state[3] = rotateLeft(t3, 11);
    return result;
  }
}

function rotateLeft(value: number, bits: number): number {
  return (value << bits) | (value >>> (32 - bits));
}

/** The four words of the state. They cannot all be zero: splitmix32 is a bijection of four different counters. */
function splitmix32(seed: number): number[] {
  return [1, 2, 3, 4].map((step) => mix(seed + imul(step, 0x9e3779b9)));
}

/** The finalizer of splitmix32: each bit of the input changes each bit of the output with probability ½. */
function mix(value: number): number {
  let z = value | 0;
  z = imul(z ^ (z >>> 16), 0x21f0aaad);
  z = imul(z ^ (z >>> 15), 0x735a2d97);
  return (z ^ (z >>> 15)) >>> 0;
}
