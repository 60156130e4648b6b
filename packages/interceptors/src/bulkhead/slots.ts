import { SlotQueue } from './slot-queue.js';

/** How many may be inside, and how many may wait. */
export interface SlotLimits {
  readonly maxConcurrent: number;
  readonly maxQueue: number;
}

/** Places for calls. Whoever has one releases it exactly once. */
export class Slots {
  #limits: SlotLimits;
  #running = 0;
  #queue: SlotQueue | undefined;
  #granting = false;

  constructor(limits: SlotLimits) {
    this.#limits = limits;
  }

  get limits(): SlotLimits {
    return this.#limits;
  }

  get running(): number {
    return this.#running;
  }

  get waiting(): number {
    return this.#queue?.size ?? 0;
  }

  /** Takes a slot if one is free and nobody waits for it. The queue is not touched, nor made. */
  take(): boolean {
    if (this.#running >= this.#limits.maxConcurrent || this.waiting > 0) return false;
    this.#running += 1;
    return true;
  }

  /**
   * Waits for a slot.
   * @param granted called once the caller has its slot. Must not throw.
   * @returns the function that gives up waiting; undefined when the queue is full.
   */
  wait(priority: number, granted: () => void): (() => void) | undefined {
    if (this.waiting >= this.#limits.maxQueue) return undefined;
    this.#queue ??= new SlotQueue();
    return this.#queue.add(priority, granted);
  }

  release(): void {
    this.#running -= 1;
    this.#grant();
  }

  /** Those inside and those waiting stay, also when there are too many of them now. */
  resize(limits: SlotLimits): void {
    this.#limits = limits;
    this.#grant();
  }

  /** A call may end while it is granted its slot: then the loop that is under way goes on. */
  #grant(): void {
    if (this.#granting) return;
    this.#granting = true;
    while (this.#queue !== undefined && this.#queue.size > 0 && this.#running < this.#limits.maxConcurrent) {
      this.#running += 1;
      this.#queue.grantFirst();
    }
    this.#granting = false;
  }
}
