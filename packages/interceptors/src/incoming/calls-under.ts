import type { IncomingCall } from './incoming-call.js';

/** By the call that is being served, as long as anybody else holds that. */
const ALL = new WeakMap<IncomingCall, CallsUnder>();

/**
 * What is to be cancelled with one incoming call. It listens once, however many calls are under way: a handler that asks
 * twenty others at a time is no leak of listeners, of which Node would warn.
 */
export class CallsUnder {
  readonly #incoming: IncomingCall;
  readonly #cancels = new Set<() => void>();

  private constructor(incoming: IncomingCall) {
    this.#incoming = incoming;
  }

  static of(incoming: IncomingCall): CallsUnder {
    const known = ALL.get(incoming);
    if (known !== undefined) return known;
    const made = new CallsUnder(incoming);
    ALL.set(incoming, made);
    return made;
  }

  add(cancel: () => void): void {
    if (this.#cancels.size === 0) this.#incoming.on('cancelled', this.#cancelAll);
    this.#cancels.add(cancel);
  }

  delete(cancel: () => void): void {
    if (!this.#cancels.delete(cancel) || this.#cancels.size > 0) return;
    this.#incoming.removeListener('cancelled', this.#cancelAll);
  }

  readonly #cancelAll = (): void => {
    for (const cancel of [...this.#cancels]) cancel();
  };
}
