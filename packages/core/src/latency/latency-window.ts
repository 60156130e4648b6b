/** Each bucket ends 9 % above the last one (2^⅛), from 0.1 ms to about 14 minutes. */
const BUCKETS_PER_OCTAVE = 8;
const SMALLEST_MS = 0.1;
const BUCKETS = 8 * 23;

/**
 * Latencies of the last one to two windows of time, for quantiles of them. Two histograms take turns: one fills while the
 * one before still counts, so a quantile never stands on a handful of samples just after a turn.
 *
 * Reading costs a walk over the buckets; whoever reads often keeps the answer for a while.
 */
export class LatencyWindow {
  readonly #windowMs: number;
  #current = new Uint32Array(BUCKETS);
  #previous = new Uint32Array(BUCKETS);
  #currentCount = 0;
  #previousCount = 0;
  #turnsAt = -Infinity;

  /** @param windowMs how long one histogram fills, in ms. > 0. */
  constructor(windowMs: number) {
    this.#windowMs = windowMs;
  }

  /** Samples that count now. */
  countAt(now: number): number {
    this.#turn(now);
    return this.#currentCount + this.#previousCount;
  }

  /** @param ms finite, ≥ 0. */
  add(ms: number, now: number): void {
    this.#turn(now);
    this.#current[bucketOf(ms)]! += 1;
    this.#currentCount += 1;
  }

  /**
   * A time that at least this share of the samples does not exceed: the upper end of its bucket, so at most 9 % too long
   * and never too short. Undefined without samples.
   * @param quantile above 0, below 1.
   */
  quantileAt(quantile: number, now: number): number | undefined {
    const count = this.countAt(now);
    if (count === 0) return undefined;
    let left = Math.ceil(count * quantile);
    for (let index = 0; index < BUCKETS; index += 1) {
      left -= this.#current[index]! + this.#previous[index]!;
      if (left <= 0) return upperEndOf(index);
    }
    return upperEndOf(BUCKETS - 1);
  }

  #turn(now: number): void {
    if (now < this.#turnsAt) return;
    const both = now >= this.#turnsAt + this.#windowMs;
    [this.#previous, this.#current] = [this.#current, this.#previous];
    this.#previousCount = both ? 0 : this.#currentCount;
    if (both) this.#previous.fill(0);
    this.#current.fill(0);
    this.#currentCount = 0;
    this.#turnsAt = now + this.#windowMs;
  }
}

function bucketOf(ms: number): number {
  if (ms <= SMALLEST_MS) return 0;
  return Math.min(BUCKETS - 1, Math.ceil(Math.log2(ms / SMALLEST_MS) * BUCKETS_PER_OCTAVE));
}

function upperEndOf(index: number): number {
  return SMALLEST_MS * 2 ** (index / BUCKETS_PER_OCTAVE);
}
