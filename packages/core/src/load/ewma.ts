// Taken once: inside jest, each look-up of a global goes through the proxy of the test's context.
const { exp, max } = Math;

/**
 * An exponentially weighted moving average that decays towards zero while nothing is added.
 *
 * The time comes with every call and reading changes nothing, so two readers never disturb each other and a test needs
 * no clock. (Finagle's and Tower's averages change when they are read; Linkerd's `ewma` explains why that was not enough.)
 * But for one thing: when a time is earlier than one before, the clock was set back, and the value decays from the new time
 * on. It would otherwise stand still until the old time comes again, and a member that nobody calls is only read.
 *
 * Preconditions: times and samples are finite, samples ≥ 0. A NaN would stay for ever.
 */
export class Ewma {
  #value = 0;
  #at = -Infinity;
  #decayTimeMs: number;

  /** @param decayTimeMs after this time without a sample, 1/e of the value is left. > 0. */
  constructor(decayTimeMs: number) {
    this.#decayTimeMs = decayTimeMs;
  }

  /** The value, decayed until `now`; 0 before the first sample. */
  valueAt(now: number): number {
    return this.#value === 0 ? 0 : this.#value * this.#kept(now);
  }

  /**
   * Moves the value towards a sample: the longer the last one is ago, the further.
   *
   * The move starts at the decayed value. Starting at the value as last written, as Tower does, makes a sample that is a
   * little *lower* than what a reader sees raise it, up to twofold: a member that was just forgiven and answers quickly
   * would be avoided again.
   *
   * @param leastWeight the sample's weight is at least this, however recent the last one is. 0–1.
   */
  add(sample: number, now: number, leastWeight = 0): void {
    const weight = max(1 - this.#kept(now), leastWeight);
    const current = this.valueAt(now);
    this.#write(current + (sample - current) * weight, now);
  }

  /** Like {@link add}, but a sample at or above the current value replaces it at once: bad news counts in full. */
  addPeak(sample: number, now: number, leastWeight = 0): void {
    if (sample >= this.valueAt(now)) this.#write(sample, now);
    else this.add(sample, now, leastWeight);
  }

  /** Decays by another time constant from `now` on. */
  changeDecayTime(decayTimeMs: number, now: number): void {
    if (decayTimeMs === this.#decayTimeMs) return;
    this.#write(this.valueAt(now), now);
    this.#decayTimeMs = decayTimeMs;
  }

  #write(value: number, now: number): void {
    this.#value = value;
    this.#at = now;
  }

  #kept(now: number): number {
    if (now > this.#at) return exp((this.#at - now) / this.#decayTimeMs);
    this.#at = now;
    return 1;
  }
}
