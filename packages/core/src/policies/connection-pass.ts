import type { MemberView } from '../pick/picker.js';

/** How long one attempt runs alone before the next one starts beside it (RFC 8305 §5, gRFC A61: 250 ms). */
const CONNECTION_ATTEMPT_DELAY_MS = 250;

/**
 * One walk along a list of members that looks for the first that can be connected (Happy Eyeballs, gRFC A61): the next
 * attempt starts when the newest one has failed, or beside it when it takes longer than 250 ms. When all were started
 * all go on, each with its own backoff.
 */
export class ConnectionPass {
  #started = 0;
  #newestStartedAt = 0;

  /** Starts what is due at `now`. Answers the members whose attempts have been started, in order. */
  advance<M extends MemberView>(members: readonly M[], now: number): readonly M[] {
    this.#followClock(now);
    while (this.#started < members.length && this.#isNextDue(members, now)) {
      this.#started++;
      this.#newestStartedAt = now;
    }
    return members.slice(0, this.#started);
  }

  /** Time until the next attempt is due even if nothing changes, in ms; undefined when all were started. */
  nextInMs(members: readonly MemberView[], now: number): number | undefined {
    if (this.#started >= members.length) return undefined;
    this.#followClock(now);
    return Math.max(0, this.#newestStartedAt + CONNECTION_ATTEMPT_DELAY_MS - now);
  }

  /** Of a clock that was set back, nobody waits longer than the delay. */
  #followClock(now: number): void {
    if (now < this.#newestStartedAt) this.#newestStartedAt = now;
  }

  #isNextDue(members: readonly MemberView[], now: number): boolean {
    if (this.#started === 0) return true;
    const newest = members[this.#started - 1]!;
    return newest.connectivity === 'transient-failure' || now - this.#newestStartedAt >= CONNECTION_ATTEMPT_DELAY_MS;
  }
}
