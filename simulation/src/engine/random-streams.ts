import { SeededRandom } from '@fairlead/testing';

// Taken once: inside jest, each look-up of a global goes through the proxy of the test's context.
const { imul } = Math;

/**
 * One generator for each purpose, all from one seed. A draw more in one model leaves the numbers of all others as they
 * were: two policies under the same seed meet the same arrivals and the same service times.
 */
export class RandomStreams {
  readonly seed: number;
  readonly #streams = new Map<string, SeededRandom>();

  /** @throws RangeError unless `seed` is a safe integer. */
  constructor(seed: number) {
    this.seed = new SeededRandom(seed).seed;
  }

  /** The generator of this purpose, e.g. `service/pod-3`: always the same one. */
  of(purpose: string): SeededRandom {
    const known = this.#streams.get(purpose);
    if (known !== undefined) return known;
    const stream = new SeededRandom(hashOf(`${this.seed}/${purpose}`));
    this.#streams.set(purpose, stream);
    return stream;
  }
}

/** 53 bits of two 32-bit FNV-1a hashes. */
function hashOf(text: string): number {
  let low = 0x811c9dc5;
  let high = 0x01000193;
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    low = imul(low ^ code, 0x01000193);
    high = imul(high ^ (code + index), 0x85ebca6b);
  }
  return ((high >>> 0) & 0x1fffff) * 2 ** 32 + (low >>> 0);
}
