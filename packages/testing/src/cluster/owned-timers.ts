/**
 * The timers of one cluster, so that closing it is one call. They keep the process alive, as a running server does:
 * a cluster is there until it is closed.
 */
export class OwnedTimers {
  readonly #running = new Set<NodeJS.Timeout>();
  #closed = false;

  /** Runs `callback` in `ms` milliseconds; after {@link close} nothing is scheduled any more. */
  schedule(ms: number, callback: () => void): void {
    if (this.#closed) return;
    const timer = setTimeout(() => {
      this.#running.delete(timer);
      callback();
    }, ms);
    this.#running.add(timer);
  }

  /** Cancels everything, now and for ever. */
  close(): void {
    this.#closed = true;
    for (const timer of this.#running) clearTimeout(timer);
    this.#running.clear();
  }
}
