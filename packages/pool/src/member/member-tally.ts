import type { PoolCounts } from '../pool-counts.js';
import type { DisconnectReason } from './disconnect-reason.js';

/** How much of the way to a slower answer one such answer moves what counts as quick. */
const RISE = 0.05;

/** What happened to one member, counted for it and for its pool. */
export class MemberTally {
  readonly #pool: PoolCounts;
  /** Calls that were given to it. */
  picks = 0;
  /** When one was last, in monotonic ms. */
  lastPickedAt: number | undefined;

  #quickMs: number | undefined;

  constructor(pool: PoolCounts) {
    this.#pool = pool;
  }

  picked(now: number): void {
    this.lastPickedAt = now;
    this.picks += 1;
    this.#pool.picks += 1;
    this.#pool.lastPickedAt = now;
  }

  /** A call got its first message after so long. */
  answered(ms: number): void {
    const quick = this.#quickMs ?? ms;
    this.#quickMs = ms < quick ? ms : quick + (ms - quick) * RISE;
  }

  /** Whether a call that was given up after so long had less time than the quickest of the usual answers takes. */
  isTooShort(ms: number): boolean {
    return this.#quickMs !== undefined && ms < this.#quickMs;
  }

  /** A call that was given to it has ended. */
  ended(ok: boolean): void {
    if (ok) this.#pool.succeeded += 1;
    else this.#pool.failed += 1;
  }

  disconnected(reason: DisconnectReason): void {
    this.#pool.disconnections[reason] += 1;
  }
}
