import type { ConcurrencyLimitSettings } from '@fairlead/core';
import { AdaptiveBulkhead } from './adaptive-bulkhead.js';

/** A client has a few dozen methods; one that makes paths up at run time must not fill the memory. */
const MAX_METHODS = 1_000;
const ALL_OTHERS = 'all other methods';

/** The concurrency limits of a channel by method. They outlive the chains, and so does what they have learnt. */
export class AdaptiveBulkheads {
  readonly #byPath = new Map<string, AdaptiveBulkhead>();

  /** The limit of a method, made when it is first asked for. Beyond 1000 methods, all others share one. */
  of(path: string, settings: ConcurrencyLimitSettings): AdaptiveBulkhead {
    const name = this.#byPath.has(path) || this.#byPath.size < MAX_METHODS ? path : ALL_OTHERS;
    const known = this.#byPath.get(name);
    if (known !== undefined) {
      known.users.add(path);
      known.reconfigure(settings);
      return known;
    }
    const made = new AdaptiveBulkhead(name, settings);
    made.users.add(path);
    this.#byPath.set(name, made);
    return made;
  }

  /** Other rules are in force. */
  review(configOf: (path: string) => ConcurrencyLimitSettings | undefined): void {
    for (const { users } of this.#byPath.values()) users.review((path) => configOf(path) !== undefined);
  }

  /** Those that were asked for so far, but for the ones that no method and no call has any more. */
  all(): Iterable<AdaptiveBulkhead> {
    return [...this.#byPath.values()].filter(({ present }) => present);
  }
}
