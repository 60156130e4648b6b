import type { BulkheadConfig } from '@fairlead/core';
import { Bulkhead } from './bulkhead.js';

/** A client has a few dozen methods; one that makes paths up at run time must not fill the memory. */
const MAX_BULKHEADS = 1_000;

/**
 * The bulkheads of a channel by method or group. They outlive the chains, so that calls under way are counted also when the
 * limits are changed meanwhile.
 */
export class Bulkheads {
  readonly #bulkheads = new Map<string, Bulkhead>();

  /** The bulkhead of a method, made when it is first asked for. Beyond 1000 none is kept. */
  of(path: string, config: BulkheadConfig): Bulkhead {
    const { group, maxConcurrent, maxQueue } = config;
    // No path contains a quote, so a group cannot be mistaken for one.
    const name = group === undefined ? path : `group "${group}"`;
    const known = this.#bulkheads.get(name);
    if (known !== undefined) {
      known.resize({ maxConcurrent, maxQueue });
      return known;
    }
    const bulkhead = new Bulkhead(name, { maxConcurrent, maxQueue });
    if (this.#bulkheads.size < MAX_BULKHEADS) this.#bulkheads.set(name, bulkhead);
    return bulkhead;
  }

  /** Those that were asked for so far. */
  all(): Iterable<Bulkhead> {
    return this.#bulkheads.values();
  }
}
