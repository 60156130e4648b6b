import type { Clock } from '@fairlead/core';
import { deadlineOf, isParentCancelled, onParentCancelled } from '../call/parent-call.js';
import type { InterceptorOptions } from '../grpc-types.js';

/** How a wait ended: its time came, or something came first. */
export type WaitEnd = 'elapsed' | 'deadline' | 'parent-cancelled' | 'channel-closed';

/**
 * The waits of a channel's calls between two attempts. While one lasts, no channel below knows of its call; so here it is
 * bounded by the call's deadline, and ended when the parent call is cancelled or the channel closed.
 */
export class RetryWaits {
  readonly #clock: Clock;
  readonly #ends = new Set<(end: WaitEnd) => void>();
  #closed = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** The channel was closed: no attempt may follow another one. */
  get closed(): boolean {
    return this.#closed;
  }

  /** How many calls wait. */
  get size(): number {
    return this.#ends.size;
  }

  /**
   * Waits `delayMs`. A wait that would end after the deadline lasts until the deadline (gRFC A6); one whose parent call was
   * cancelled before does not last at all, but does not end within this call either.
   * @param done called once, unless the wait is stopped.
   * @returns the function that stops the wait.
   */
  begin(delayMs: number, options: InterceptorOptions, done: (end: WaitEnd) => void): () => void {
    const leftMs = deadlineOf(options) - this.#clock.epochNow();
    const end = (how: WaitEnd): void => {
      stop();
      done(how);
    };
    const [how, ms] = isParentCancelled(options)
      ? (['parent-cancelled', 0] as const)
      : leftMs <= delayMs
        ? (['deadline', leftMs] as const)
        : (['elapsed', delayMs] as const);
    // The call is pending, so the process must not exit under it.
    const timer = this.#clock.schedule(ms, () => end(how), true);
    const unlink = onParentCancelled(options, () => end('parent-cancelled'));
    this.#ends.add(end);
    const stop = (): void => {
      timer.cancel();
      unlink();
      this.#ends.delete(end);
    };
    return stop;
  }

  /** Ends all waits, and every call that would begin one. Idempotent. */
  close(): void {
    this.#closed = true;
    for (const end of [...this.#ends]) end('channel-closed');
  }
}
