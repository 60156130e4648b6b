import type { BreakerChange } from './breaker-change.js';

type Listener = (change: BreakerChange) => void;

/** Who wants to know of changes. One that throws stops neither the breaker half-way, nor the others. */
export class BreakerListeners {
  readonly #listeners = new Set<Listener>();

  get size(): number {
    return this.#listeners.size;
  }

  /** @returns the function that takes it off again. */
  add(listener: Listener): () => void {
    // The same function may listen twice.
    const own: Listener = (change) => listener(change);
    this.#listeners.add(own);
    return () => this.#listeners.delete(own);
  }

  tell(change: BreakerChange): void {
    for (const listener of this.#listeners) {
      try {
        listener(change);
      } catch (error) {
        process.nextTick(() => {
          throw error;
        });
      }
    }
  }

  clear(): void {
    this.#listeners.clear();
  }
}
