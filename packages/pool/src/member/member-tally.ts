import type { PoolCounts } from '../pool-counts.js';
import type { DisconnectReason } from './disconnect-reason.js';

/** What happened to one member, counted for it and for its pool. */
export class MemberTally {
  readonly #pool: PoolCounts;
  /** Calls that were given to it. */
  picks = 0;
  /** When one was last, in monotonic ms. */
  lastPickedAt: number | undefined;

  constructor(pool: PoolCounts) {
    this.#pool = pool;
  }

  picked(now: number): void {
    this.lastPickedAt = now;
    this.picks += 1;
    this.#pool.picks += 1;
    this.#pool.lastPickedAt = now;
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
