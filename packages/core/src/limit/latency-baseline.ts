/** Windows that the average reaches back (Netflix `Gradient2Limit`: ten minutes of one second each). */
const REACH = 600;
/** Far above what is measured now, it was measured in bad times and is let go sooner. */
const STALE_RATIO = 2;
const STALE_DECAY = 0.9;

/**
 * The usual latency of a callee: an exponential average over some ten minutes, plain over the first windows, so that it
 * does not depend on the very first one.
 */
export class LatencyBaseline {
  #count = 0;
  #ms = 0;

  /** 0 before the first window. */
  get ms(): number {
    return this.#ms;
  }

  add(windowMs: number): void {
    this.#count += 1;
    this.#ms += Math.max(1 / this.#count, 2 / (REACH + 1)) * (windowMs - this.#ms);
    if (this.#ms > windowMs * STALE_RATIO) this.#ms *= STALE_DECAY;
  }

  /** This is it now, and the average goes on from here. */
  reset(windowMs: number): void {
    this.#ms = windowMs;
  }
}
