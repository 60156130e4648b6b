import PQueue from 'p-queue';

const ignore = (): void => undefined;

/**
 * Who waits for a slot, by priority and then by age: p-queue, always paused, and let run one entry at a time. An entry ends
 * as soon as it was granted; the call that it stands for is no business of the queue.
 *
 * p-queue's own `timeout` and an abort of what runs would free a slot whose call still runs; `clear()` would leave its
 * promises pending for ever. Neither is used: who gives up aborts its own entry, which is still queued then.
 */
export class SlotQueue {
  readonly #queue = new PQueue({ autoStart: false });

  get size(): number {
    return this.#queue.size;
  }

  /**
   * @param granted must not throw.
   * @returns the function that leaves the queue; to be called before it is granted.
   */
  add(priority: number, granted: () => void): () => void {
    const leaving = new AbortController();
    this.#queue.add(granted, { priority, signal: leaving.signal }).catch(ignore);
    return () => leaving.abort();
  }

  /** Grants the first entry, before it returns. Must not be called from inside of `granted`. */
  grantFirst(): void {
    // Entries that were granted in this turn of the event loop are still counted as running.
    this.#queue.concurrency = this.#queue.pending + 1;
    this.#queue.start();
    this.#queue.pause();
  }
}
