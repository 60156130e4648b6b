import type { ConcurrencyLimit, LimitSample } from './concurrency-limit.js';
import type { LimitBounds } from './limit-bounds.js';

/** What {@link AimdLimit} works with. */
export interface AimdSettings extends LimitBounds {
  /** What a drop leaves of the limit. At least 0.5, below 1. Default 0.9. */
  readonly backoffRatio: number;
  /** A call that took longer counts as dropped, in ms. Above 0. Default 5 000. */
  readonly latencyThresholdMs: number;
}

/**
 * Additive increase, multiplicative decrease: one more for every round of calls that went well, `backoffRatio` of the limit
 * after a drop (TCP's congestion avoidance; `AIMDLimit` of Netflix's concurrency-limits). It follows drops alone, so it
 * fits a callee that refuses what is too much for it.
 *
 * Two departures from Netflix's, both from TCP (RFC 5681): each call adds a share of one (one for each of them doubles the
 * limit with every round), and drops of calls that began before the last decrease change nothing (a callee that refuses
 * twenty calls at once would take 0.9²⁰ of the limit, although they all tell of the same moment).
 */
export class AimdLimit implements ConcurrencyLimit {
  readonly #settings: AimdSettings;
  #estimate: number;
  #decreasedAt = -Infinity;

  constructor(settings: AimdSettings) {
    this.#settings = settings;
    this.#estimate = settings.initialLimit;
  }

  get limit(): number {
    return Math.floor(this.#estimate);
  }

  add({ latencyMs, inFlight, dropped }: LimitSample, now: number): void {
    const { maxLimit, latencyThresholdMs } = this.#settings;
    if (dropped || latencyMs > latencyThresholdMs) this.#decrease(now - latencyMs, now);
    // A limit that is not used says nothing about what lies above it.
    else if (inFlight * 2 >= this.limit) this.#estimate = Math.min(maxLimit, this.#estimate + 1 / this.#estimate);
  }

  #decrease(beganAt: number, now: number): void {
    if (beganAt < this.#decreasedAt) return;
    this.#decreasedAt = now;
    this.#estimate = Math.max(this.#settings.minLimit, this.#estimate * this.#settings.backoffRatio);
  }
}
