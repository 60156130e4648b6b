// Taken once: inside jest, each look-up of a global goes through the proxy of the test's context.
const { floor, max } = Math;

/** The window moves in so many steps, unless another number is given: what was counted counts for 97.5 to 100 % of it. */
const SLOTS = 40;

/** How often something happened within a window of time that ends now. */
export class RollingCount {
  readonly #slots: Uint32Array;
  #slotMs: number;
  #sum = 0;
  #newest = -Infinity;

  /**
   * @param windowMs above 0.
   * @param slots steps in which it moves: what was counted counts for the window, or one step less.
   */
  constructor(windowMs: number, slots = SLOTS) {
    this.#slots = new Uint32Array(slots);
    this.#slotMs = windowMs / slots;
  }

  add(now: number): void {
    this.#turn(now);
    this.#slots[this.#indexOf(this.#newest)]! += 1;
    this.#sum += 1;
  }

  at(now: number): number {
    this.#turn(now);
    return this.#sum;
  }

  /** Another window from now on: what was counted stays, as far as it is not too old for it. */
  resize(windowMs: number): void {
    const slotMs = windowMs / this.#slots.length;
    if (slotMs === this.#slotMs) return;
    const counted = this.#counted();
    this.#slotMs = slotMs;
    this.#slots.fill(0);
    this.#sum = 0;
    this.#newest = -Infinity;
    for (const { at, count } of counted) {
      this.#turn(at);
      this.#slots[this.#indexOf(this.#newest)]! += count;
      this.#sum += count;
    }
  }

  /** What was counted and when, the oldest first. */
  #counted(): { readonly at: number; readonly count: number }[] {
    const oldest = this.#newest - this.#slots.length + 1;
    const all = Array.from(this.#slots, (_, index) => {
      const count = this.#slots[this.#indexOf(oldest + index)] ?? 0;
      return { at: (oldest + index) * this.#slotMs, count };
    });
    return all.filter(({ count }) => count > 0);
  }

  /** Drops what is too old. A time that goes back counts in the newest slot. */
  #turn(now: number): void {
    const slot = max(this.#newest, floor(now / this.#slotMs));
    for (let passed = max(this.#newest + 1, slot - this.#slots.length + 1); passed <= slot; passed++) {
      const index = this.#indexOf(passed);
      this.#sum -= this.#slots[index]!;
      this.#slots[index] = 0;
    }
    this.#newest = slot;
  }

  /** Clocks may start anywhere, below zero included. */
  #indexOf(slot: number): number {
    const slots = this.#slots.length;
    return ((slot % slots) + slots) % slots;
  }
}
