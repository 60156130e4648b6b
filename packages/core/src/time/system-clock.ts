import type { Clock, Timer } from './clock.js';

/** The longest delay that the platform's timers keep; a longer one would fire at once. */
const LONGEST_TIMEOUT_MS = 2 ** 31 - 1;

/**
 * Real time. The only file of the core that touches the platform's clocks and timers; everything else takes a `Clock`.
 *
 * Use {@link systemClock} unless a test needs an own instance.
 */
export class SystemClock implements Clock {
  now(): number {
    return performance.now();
  }

  epochNow(): number {
    return Date.now();
  }

  schedule(delayMs: number, callback: () => void, keepAlive = false): Timer {
    return new SystemTimer(performance.now() + Math.max(0, delayMs), callback, keepAlive);
  }

  /**
   * Immediates run right after the phase that polls for I/O (libuv's order: poll, check, close, timers). Two of them,
   * because the first one of somebody who is called while the loop polls runs in the same round. They are not unref'd:
   * an unref'd immediate does not end the poll, so it would wait until something else happens.
   */
  nextRound(callback: () => void): Timer {
    let handle = setImmediate(() => {
      handle = setImmediate(callback);
    });
    return { cancel: () => clearImmediate(handle) };
  }
}

/** A timer that is made of as many platform timers as its delay needs, one after another. */
class SystemTimer implements Timer {
  readonly #dueAt: number;
  readonly #callback: () => void;
  readonly #keepAlive: boolean;
  #handle: NodeJS.Timeout | undefined;

  constructor(dueAt: number, callback: () => void, keepAlive: boolean) {
    this.#dueAt = dueAt;
    this.#callback = callback;
    this.#keepAlive = keepAlive;
    this.#arm();
  }

  cancel(): void {
    clearTimeout(this.#handle);
    this.#handle = undefined;
  }

  #arm(): void {
    const remainingMs = this.#dueAt - performance.now();
    const isLast = !(remainingMs > LONGEST_TIMEOUT_MS);
    // The platform cuts fractions off, which would fire a timer before the time it was asked for.
    const delayMs = isLast ? Math.ceil(remainingMs) : LONGEST_TIMEOUT_MS;
    this.#handle = setTimeout(isLast ? this.#callback : () => this.#arm(), delayMs);
    if (!this.#keepAlive) this.#handle.unref();
  }
}

/** The real clock, shared: it has no state. */
export const systemClock: Clock = new SystemClock();
