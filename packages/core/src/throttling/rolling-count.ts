/** The window moves in so many steps: what was counted counts for 97.5 to 100 % of it. */
const SLOTS = 40;

/** How often something happened within a window of time that ends now. */
export class RollingCount {
  readonly #slotMs: number;
  readonly #slots = new Uint32Array(SLOTS);
  #sum = 0;
  #newest = -Infinity;

  /** @param windowMs above 0. */
  constructor(windowMs: number) {
    this.#slotMs = windowMs / SLOTS;
  }

  add(now: number): void {
    this.#turn(now);
    this.#slots[indexOf(this.#newest)]! += 1;
    this.#sum += 1;
  }

  at(now: number): number {
    this.#turn(now);
    return this.#sum;
  }

  /** Drops what is too old. A time that goes back counts in the newest slot. */
  #turn(now: number): void {
    const slot = Math.max(this.#newest, Math.floor(now / this.#slotMs));
    for (let passed = Math.max(this.#newest + 1, slot - SLOTS + 1); passed <= slot; passed++) {
      const index = indexOf(passed);
      this.#sum -= this.#slots[index]!;
      this.#slots[index] = 0;
    }
    this.#newest = slot;
  }
}

/** Clocks may start anywhere, below zero included. */
function indexOf(slot: number): number {
  return ((slot % SLOTS) + SLOTS) % SLOTS;
}
