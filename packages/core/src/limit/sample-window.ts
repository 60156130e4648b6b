import type { LimitSample } from './concurrency-limit.js';

/** What a window of samples said, all together. */
export interface WindowSummary {
  /** Mean of the calls that were not dropped; undefined when all of them were. */
  readonly latencyMs: number | undefined;
  /** The most calls that were under way. */
  readonly maxInFlight: number;
  /** Dropped ones among all samples, 0 to 1. */
  readonly dropRatio: number;
}

/** A window lasts this long … */
const WINDOW_MS = 1_000;
/** … and until it has so many samples: the mean of a few says little (Netflix `WindowedLimit`). */
const MIN_SAMPLES = 10;

/** Samples of about a second, put together: one call's latency says more of the call than of the callee. */
export class SampleWindow {
  #endsAt: number | undefined;
  #dropped = 0;
  #answered = 0;
  #latencySumMs = 0;
  #maxInFlight = 0;

  /** @returns the summary when this sample completes the window, after which another one begins. */
  add({ latencyMs, inFlight, dropped }: LimitSample, now: number): WindowSummary | undefined {
    this.#endsAt ??= now + WINDOW_MS;
    this.#maxInFlight = Math.max(this.#maxInFlight, inFlight);
    if (dropped) this.#dropped += 1;
    else {
      this.#answered += 1;
      this.#latencySumMs += latencyMs;
    }
    if (now < this.#endsAt || this.#answered + this.#dropped < MIN_SAMPLES) return undefined;
    return this.#take();
  }

  #take(): WindowSummary {
    const latencyMs = this.#answered === 0 ? undefined : this.#latencySumMs / this.#answered;
    const dropRatio = this.#dropped / (this.#answered + this.#dropped);
    const summary = { latencyMs, maxInFlight: this.#maxInFlight, dropRatio };
    this.#endsAt = undefined;
    this.#dropped = this.#answered = this.#latencySumMs = this.#maxInFlight = 0;
    return summary;
  }
}
