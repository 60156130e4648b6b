import { InvalidOptionError, type Clock, type Timer } from '@fairlead/core';
import type { Idleness } from './idleness.js';
import type { Placement } from './placement.js';
import type { Readiness } from './readiness.js';

/** As long as a Node timer can hold: somebody awaits, so the process must not exit under it. */
const A_LONG_TIME_MS = 2 ** 31 - 1;
const CLOSED = 'Channel has been shut down';

interface Waiter {
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
  readonly timer: Timer;
}

/** Of the pool's options, those that matter here. */
export interface WarmUpOptions {
  readonly clock: Clock;
  readonly minReadyMembers: number;
}

/** Those who wait for enough members to be ready before the first call. */
export class WarmUp {
  readonly #clock: Clock;
  readonly #idleness: Idleness;
  readonly #isReady: () => boolean;
  readonly #explain: () => string;
  readonly #placement: Pick<Placement, 'seekConnection'>;
  readonly #waiters = new Set<Waiter>();
  #closed = false;

  /**
   * @param idleness is told that the pool is in use while somebody waits.
   * @param placement connects somebody where the balancing policy connects only what is needed.
   * @param explain what is missing, for the text of the error.
   */
  constructor(
    { clock, minReadyMembers }: WarmUpOptions,
    idleness: Idleness,
    readiness: Readiness,
    placement: Pick<Placement, 'seekConnection'>,
    explain: () => string,
  ) {
    this.#clock = clock;
    this.#idleness = idleness;
    this.#isReady = () => readiness.hasReady(minReadyMembers);
    this.#explain = explain;
    this.#placement = placement;
  }

  /** @param connect called first, unless `timeoutMs` is refused. */
  async wait(timeoutMs: number, connect: () => void): Promise<void> {
    if (typeof timeoutMs !== 'number' || !(timeoutMs >= 0)) {
      throw new InvalidOptionError('timeoutMs', timeoutMs, 'a duration, at least 0 ms, or Infinity');
    }
    connect();
    // By a listener that was told of the connecting.
    if (this.#closed) throw new Error(CLOSED);
    if (this.#isReady()) return;
    this.#idleness.enter();
    return new Promise<void>((resolve, reject) => {
      const timer = this.#clock.schedule(
        Math.min(timeoutMs, A_LONG_TIME_MS),
        () => this.#timedOut(waiter, timeoutMs),
        true,
      );
      const waiter: Waiter = { resolve, reject, timer };
      this.#waiters.add(waiter);
    }).finally(() => this.#idleness.leave());
  }

  /** To be called after each change. */
  review(): void {
    if (this.#waiters.size === 0) return;
    if (this.#isReady()) this.#settleAll((waiter) => waiter.resolve());
    else this.#placement.seekConnection();
  }

  close(): void {
    this.#closed = true;
    this.#settleAll((waiter) => waiter.reject(new Error(CLOSED)));
  }

  #timedOut(waiter: Waiter, timeoutMs: number): void {
    this.#waiters.delete(waiter);
    waiter.reject(new Error(`not ready after ${timeoutMs} ms: ${this.#explain()}`));
  }

  #settleAll(settle: (waiter: Waiter) => void): void {
    for (const waiter of [...this.#waiters]) {
      this.#waiters.delete(waiter);
      waiter.timer.cancel();
      settle(waiter);
    }
  }
}
