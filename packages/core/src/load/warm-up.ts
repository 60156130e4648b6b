/**
 * How many answered calls a cold start lasts. With the weight below, less than 1/500 of the first sample is left after
 * ten: 1 s of JIT and TLS becomes 2 ms.
 */
const SAMPLES = 10;

/** Each sample of the warm-up counts at least this much, however short after the last one it comes. */
const LEAST_WEIGHT = 0.5;

/**
 * How fast a warming member is forgiven while it waits for its next call. From ten times the usual latency of the
 * others down to theirs takes 250 ms · ln 10 ≈ 0.6 s; with the normal 10 s it takes 23 s.
 */
const DECAY_TIME_MS = 250;

/**
 * Why a new pod is judged more mildly: its first calls pay for class loading, JIT, caches and the fresh connection. By
 * the plain peak rule that one slow call would brand it for tens of seconds, although it would be as quick as the others
 * from the second call on; and a pod that gets no calls does not warm up.
 *
 * So until ten calls were answered, samples outweigh history and the cost decays forty times as fast. A pod that *is*
 * slow spends these ten calls one by one, with a pause after each, and is then judged like any other.
 *
 * Two limits keep the mildness from being exploited:
 * - The cost decays fast only while no call is waiting for its answer. Otherwise a pod that freezes during its warm-up
 *   would look better and better while calls pile up on it.
 * - A failure ends the warm-up: mildness is for being slow, not for failing.
 */
export class WarmUp {
  #samplesLeft = SAMPLES;

  /** The least weight of the next sample, 0–1. */
  get leastWeight(): number {
    return this.#samplesLeft > 0 ? LEAST_WEIGHT : 0;
  }

  /** The decay time to use now, in ms. */
  decayTimeMs(normalMs: number, awaitingResponse: number): number {
    return this.#samplesLeft > 0 && awaitingResponse === 0 ? Math.min(DECAY_TIME_MS, normalMs) : normalMs;
  }

  /** A call was answered. */
  succeeded(): void {
    if (this.#samplesLeft > 0) this.#samplesLeft--;
  }

  /** A call failed. */
  failed(): void {
    this.#samplesLeft = 0;
  }
}
