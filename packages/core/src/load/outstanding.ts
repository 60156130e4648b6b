import type { CallOutcome, Completion, Load } from './load.js';

/**
 * The load is the number of calls in flight.
 *
 * Use it where latency misleads: long polling, streams that live for hours, methods of very different cost. It knows no
 * failures, so a member that fails at once looks idle; combine it with ejection.
 */
export class OutstandingLoad implements Load {
  #inFlight = 0;

  get inFlight(): number {
    return this.#inFlight;
  }

  valueAt(): number {
    return this.#inFlight;
  }

  begin(): Completion {
    this.#inFlight++;
    return new OutstandingCompletion(() => this.#inFlight--);
  }
}

class OutstandingCompletion implements Completion {
  #release: (() => void) | undefined;

  constructor(release: () => void) {
    this.#release = release;
  }

  responded(): void {}

  end(_now: number, _outcome: CallOutcome): void {
    this.#release?.();
    this.#release = undefined;
  }
}
