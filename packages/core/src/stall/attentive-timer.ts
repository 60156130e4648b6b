import type { Clock, Timer } from '../time/clock.js';
import type { LoopStalls } from './loop-stalls.js';

/**
 * How often a wait is made longer because of stalls. A loop that is stalled again and again, to the end of each of these
 * waits, will not be better later.
 */
export const MAX_EXTENSIONS = 3;

/**
 * Like `clock.schedule`, for waiting on somebody else's answer: the time in which our own event loop was stalled does not
 * count, and what arrived during a stall is read before the time is over. It is made longer at most {@link MAX_EXTENSIONS} times.
 */
export function scheduleAttentively(clock: Clock, stalls: LoopStalls, delayMs: number, callback: () => void): Timer {
  return new AttentiveTimer(clock, stalls, delayMs, callback);
}

class AttentiveTimer implements Timer {
  readonly #clock: Clock;
  readonly #stalls: LoopStalls;
  readonly #delayMs: number;
  readonly #callback: () => void;
  readonly #beganAt: number;
  #timer: Timer | undefined;
  #extensions = 0;

  constructor(clock: Clock, stalls: LoopStalls, delayMs: number, callback: () => void) {
    this.#clock = clock;
    this.#stalls = stalls;
    this.#delayMs = delayMs;
    this.#callback = callback;
    this.#beganAt = clock.now();
    stalls.enter(this.#beganAt);
    this.#timer = clock.schedule(delayMs, this.#elapsed);
  }

  cancel(): void {
    if (this.#timer === undefined) return;
    this.#timer.cancel();
    this.#timer = undefined;
    this.#stalls.leave(this.#clock.now());
  }

  readonly #elapsed = (): void => {
    const missingMs = this.#stalls.missingMs(this.#delayMs, this.#beganAt, this.#clock.now());
    if (missingMs > 0 && this.#extensions < MAX_EXTENSIONS) {
      this.#extensions += 1;
      this.#timer = this.#clock.schedule(missingMs, this.#elapsed);
      return;
    }
    this.cancel();
    this.#callback();
  };
}
