import type { Timer } from '@fairlead/core';
import { VirtualClock } from '@fairlead/testing';

/** More timers than any test needs. */
const ENOUGH = 100_000;

/** A virtual clock that ends a test which never comes to rest: each timer sets the next one, or somebody goes round and round. */
export class FiniteClock extends VirtualClock {
  #left = ENOUGH;

  /** @throws Error when there were too many. */
  override schedule(delayMs: number, callback: () => void, keepAlive = false): Timer {
    this.#left -= 1;
    if (this.#left < 0) throw new Error(`more than ${ENOUGH} timers: the pool does not come to rest`);
    return super.schedule(delayMs, callback, keepAlive);
  }
}
