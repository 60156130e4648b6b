import type { PoolEmitter } from './events.js';

/** Warnings about what lasts: told when it begins, and again only after it has ended. */
export class LastingWarnings {
  readonly #events: PoolEmitter;
  readonly #told = new Set<string>();

  constructor(events: PoolEmitter) {
    this.#events = events;
  }

  /** To be called whenever it may have begun or ended. What nobody heard counts as not told. */
  review(code: string, lasts: boolean, message: string): void {
    if (!lasts) this.#told.delete(code);
    if (!lasts || this.#told.has(code) || !this.#events.listens('warning')) return;
    this.#told.add(code);
    this.#events.warn(code, message);
  }
}
