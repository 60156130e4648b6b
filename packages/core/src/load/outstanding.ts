import type { CallOutcome, Completion, Load } from './load.js';

/**
 * The load is the number of calls in flight.
 *
 * Use it where latency misleads: long polling, streams that live for hours, methods of very different cost. It knows no
 * failures, so a member that fails at once looks idle; combine it with ejection.
 */
export class OutstandingLoad implements Load {
  readonly #calls: CallCount = { inFlight: 0 };

  get inFlight(): number {
    return this.#calls.inFlight;
  }

  valueAt(): number {
    return this.#calls.inFlight;
  }

  begin(): Completion {
    return new OutstandingCompletion(this.#calls);
  }
}

/** Of a member that had such a load it is the same: it has no figures that could differ. */
export function outstandingLoad(previous?: Load): OutstandingLoad {
  return previous instanceof OutstandingLoad ? previous : new OutstandingLoad();
}

interface CallCount {
  inFlight: number;
}

class OutstandingCompletion implements Completion {
  #calls: CallCount | undefined;

  constructor(calls: CallCount) {
    this.#calls = calls;
    calls.inFlight++;
  }

  responded(): void {}

  end(_now: number, _outcome: CallOutcome): void {
    if (this.#calls !== undefined) this.#calls.inFlight--;
    this.#calls = undefined;
  }
}
