/** The window moves in so many steps (Linkerd). */
const BUCKETS = 10;

/** How many calls of the last while ended, and how many of them failed. */
export class SuccessWindow {
  readonly #bucketMs: number;
  readonly #requests = new Array<number>(BUCKETS).fill(0);
  readonly #failures = new Array<number>(BUCKETS).fill(0);
  #newest = -Infinity;

  /** @param windowMs above 0. */
  constructor(windowMs: number) {
    this.#bucketMs = windowMs / BUCKETS;
  }

  add(failed: boolean, now: number): void {
    this.#turn(now);
    const index = indexOf(this.#newest);
    this.#requests[index]! += 1;
    if (failed) this.#failures[index]! += 1;
  }

  /** Whether at least `volume` calls ended, and a smaller share of them than `ratio` succeeded. As of the last `add`. */
  isBelow(ratio: number, volume: number): boolean {
    const requests = this.#requests.reduce(add);
    if (requests === 0 || requests < volume) return false;
    return requests - this.#failures.reduce(add) < ratio * requests;
  }

  clear(): void {
    this.#requests.fill(0);
    this.#failures.fill(0);
    this.#newest = -Infinity;
  }

  /** Drops what is too old. A time that goes back a little counts in the newest bucket; one that goes back far begins anew. */
  #turn(now: number): void {
    const bucket = Math.floor(now / this.#bucketMs);
    if (Math.abs(bucket - this.#newest) >= BUCKETS) this.clear();
    for (let passed = Math.max(this.#newest + 1, bucket - BUCKETS + 1); passed <= bucket; passed++) {
      this.#requests[indexOf(passed)] = 0;
      this.#failures[indexOf(passed)] = 0;
    }
    this.#newest = Math.max(this.#newest, bucket);
  }
}

const add = (sum: number, n: number): number => sum + n;

/** Clocks may start anywhere, below zero included. */
function indexOf(bucket: number): number {
  return ((bucket % BUCKETS) + BUCKETS) % BUCKETS;
}
