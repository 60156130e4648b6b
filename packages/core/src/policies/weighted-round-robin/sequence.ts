import type { Random } from '../../random/random.js';

const WRAP = 2 ** 32;

/**
 * The numbers 0 to 2^32 − 1, over and over, from a random one on: many clients that start together must not all begin
 * with the same member. One for each policy, so that a new schedule goes on where the last one was.
 */
export class Sequence {
  #next: number;

  constructor(random: Random) {
    this.#next = Math.floor(random.next() * WRAP);
  }

  /** The number that comes next. */
  get current(): number {
    return this.#next;
  }

  /** Another one, which begins where this one is. */
  fork(): Sequence {
    return new Sequence({ next: () => this.#next / WRAP });
  }

  /** Takes it. */
  take(): number {
    const taken = this.#next;
    this.#next = (taken + 1) >>> 0;
    return taken;
  }
}
