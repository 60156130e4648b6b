import type { Clock, Timer } from '@fairlead/core';

/** Distance between questions. Resolvers keep a minimum of their own. */
const INTERVAL_MS = 250;

/** Asks the resolver again and again, as long as the pool has nothing to hope for but its news. */
export class Pursuit {
  readonly #clock: Clock;
  readonly #ask: () => void;
  #timer: Timer | undefined;

  constructor(clock: Clock, ask: () => void) {
    this.#clock = clock;
    this.#ask = ask;
  }

  /** Goes on while `needed`, and stops when not. */
  keep(needed: boolean): void {
    if (!needed) {
      this.#timer?.cancel();
      this.#timer = undefined;
    } else if (this.#timer === undefined) {
      this.#timer = this.#clock.schedule(INTERVAL_MS, () => {
        this.#timer = undefined;
        // The answer may come at once and end the pursuit.
        this.keep(true);
        this.#ask();
      });
    }
  }
}
