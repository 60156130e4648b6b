// Taken once: inside jest, each look-up of a global goes through the proxy of the test's context.
const { exp } = Math;

/** What was longer ago than this counts 1/e, in ms: the memory of what a server reports about itself. */
const MEMORY_MS = 1_000;

/** How busy a server is and how much it does, as it would report it by ORCA (gRFC A51). */
export class CapacityMeter {
  /** Infinitely many are never busy. */
  readonly #perCore: number;
  #at = 0;
  #busy = 0;
  #busyMs = 0;
  #utilization = 0;
  #perMs = 0;
  #failedPerMs = 0;

  constructor(cores: number) {
    this.#perCore = 1 / cores;
  }

  /** Share of the cores that were busy of late, 0–1. */
  get utilization(): number {
    return this.#utilization;
  }

  /** Calls that were finished per second of late, failed ones included. */
  get callsPerSecond(): number {
    return this.#perMs * 1_000;
  }

  get failuresPerSecond(): number {
    return this.#failedPerMs * 1_000;
  }

  /** Work done since the beginning: the time that each core was busy, in ms, all added up. */
  busyMsAt(now: number): number {
    return this.#busyMs + this.#busy * (now - this.#at);
  }

  started(now: number): void {
    this.#forward(now);
    this.#busy++;
  }

  stopped(now: number): void {
    this.#forward(now);
    this.#busy--;
  }

  answered(now: number, failed: boolean): void {
    this.#forward(now);
    this.#perMs += 1 / MEMORY_MS;
    if (failed) this.#failedPerMs += 1 / MEMORY_MS;
  }

  /** Brings the averages to this time: somebody looks at them. */
  read(now: number): void {
    this.#forward(now);
  }

  /** Another process begins to measure: the averages are those of nothing, the work that was done was done. */
  forget(): void {
    this.#utilization = 0;
    this.#perMs = 0;
    this.#failedPerMs = 0;
  }

  #forward(now: number): void {
    const passed = now - this.#at;
    if (passed === 0) return;
    const kept = exp(-passed / MEMORY_MS);
    const share = this.#busy * this.#perCore;
    this.#utilization = this.#utilization * kept + share * (1 - kept);
    this.#perMs *= kept;
    this.#failedPerMs *= kept;
    this.#busyMs += this.#busy * passed;
    this.#at = now;
  }
}
