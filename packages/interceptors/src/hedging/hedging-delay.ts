import { LatencyWindow, type MeasuredDelay } from '@fairlead/core';

/** When the next hedge of a call is due. One for each method. */
export interface HedgingDelay {
  /** A call begins. @returns the time from one of its attempts to the next, in ms; 0 means all at once. */
  begin(now: number): number;
  /** The call was answered, `ms` after its first attempt began, whichever attempt the answer is of. */
  answered(ms: number, now: number): void;
}

/** `hedgingDelay` of the hedging policy: always the same. */
export function fixedDelay(delayMs: number): HedgingDelay {
  return { begin: () => delayMs, answered: () => undefined };
}

/** What a quantile stands on. 1 000 samples hold 50 beyond the 95th percentile; 100 hold 5, enough to begin with. */
const ENOUGH_SAMPLES = 100;
const WINDOW_MS = 30_000;
/** The walk over the histogram takes a microsecond or two, so it is not done for every call. */
const REFRESH_MS = 100;

/**
 * A quantile of the method's own latencies, between a floor and a cap, so that about 1 − quantile of the calls are hedged
 * (Dean and Barroso, "The Tail at Scale": p95, 5 % more load).
 *
 * What counts is the time from a call's first attempt to its first answer. Where a hedge was faster, the first attempt's
 * own time is not known, but it is beyond the delay, and so is the sample: the share beyond the delay stays right.
 *
 * While latencies rise, all calls outlast a delay that was measured before: that is what the quota of the method is for.
 */
export class QuantileDelay implements HedgingDelay {
  readonly #delay: MeasuredDelay;
  readonly #initialMs: number;
  readonly #latencies = new LatencyWindow(WINDOW_MS);
  #currentMs: number;
  #refreshAt = -Infinity;

  /** @param initialMs until enough is measured; default the cap. */
  constructor(delay: MeasuredDelay, initialMs = delay.maxMs) {
    this.#delay = delay;
    this.#initialMs = initialMs;
    this.#currentMs = initialMs;
  }

  begin(now: number): number {
    if (now >= this.#refreshAt) {
      this.#refreshAt = now + REFRESH_MS;
      this.#currentMs = this.#measure(now);
    }
    return this.#currentMs;
  }

  answered(ms: number, now: number): void {
    this.#latencies.add(ms, now);
  }

  #measure(now: number): number {
    if (this.#latencies.countAt(now) < ENOUGH_SAMPLES) return this.#initialMs;
    const { quantile, minMs, maxMs } = this.#delay;
    const measured = this.#latencies.quantileAt(quantile, now) ?? this.#initialMs;
    return Math.min(Math.max(measured, minMs), maxMs);
  }
}
