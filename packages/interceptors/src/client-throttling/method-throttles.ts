import { ClientThrottle, type ClientThrottlingSettings } from '@fairlead/core';

/** A client has a few dozen methods; one that makes paths up at run time must not fill the memory. */
const MAX_METHODS = 1_000;

/**
 * The throttles of a channel by method. They outlive the chains, and so does what they know of the callee: also when their
 * figures change.
 */
export class MethodThrottles {
  readonly #byPath = new Map<string, ClientThrottle>();

  /** The throttle of a method, made when it is first asked for. Beyond 1000 methods none is kept. */
  of(path: string, settings: ClientThrottlingSettings): ClientThrottle {
    const known = this.#byPath.get(path);
    if (known !== undefined) {
      known.reconfigure(settings);
      return known;
    }
    const throttle = new ClientThrottle(settings);
    if (this.#byPath.size < MAX_METHODS) this.#byPath.set(path, throttle);
    return throttle;
  }

  /** Other rules are in force: a method that has no throttle any more begins anew when it has one again. */
  review(configOf: (path: string) => ClientThrottlingSettings | undefined): void {
    for (const path of this.#byPath.keys()) {
      if (configOf(path) === undefined) this.#byPath.delete(path);
    }
  }
}
