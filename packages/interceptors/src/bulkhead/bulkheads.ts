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
    const { maxConcurrent, maxQueue } = config;
    const name = nameOf(path, config);
    const known = this.#bulkheads.get(name);
    if (known !== undefined) {
      known.users.add(path);
      known.resize({ maxConcurrent, maxQueue });
      return known;
    }
    const bulkhead = new Bulkhead(name, { maxConcurrent, maxQueue });
    bulkhead.users.add(path);
    if (this.#bulkheads.size < MAX_BULKHEADS) this.#bulkheads.set(name, bulkhead);
    return bulkhead;
  }

  /** Other rules are in force. */
  review(configOf: (path: string) => BulkheadConfig | undefined): void {
    for (const [name, { users }] of this.#bulkheads) {
      users.review((path) => {
        const config = configOf(path);
        return config !== undefined && nameOf(path, config) === name;
      });
    }
  }

  /** Those that were asked for so far, but for the ones that no method and no call has any more. */
  all(): Iterable<Bulkhead> {
    return [...this.#bulkheads.values()].filter(({ present }) => present);
  }
}

/** No path contains a quote, so a group cannot be mistaken for one. */
function nameOf(path: string, { group }: BulkheadConfig): string {
  return group === undefined ? path : `group "${group}"`;
}
