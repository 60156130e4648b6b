import type { CallOutcome, CallStatus } from '../../load/load.js';
import type { CallObserver } from '../../load/observed-load.js';
import type { FailureJudge } from '../ejection/failure-codes.js';

/**
 * How the calls of one member ended, in two buckets (gRFC A50, "Call Counter"): one is filled, the other one is what the
 * last interval came to.
 *
 * What says nothing of the member is in neither, nor is what our own stalled event loop read late.
 */
export class CallRecord implements CallObserver {
  #isFailure: FailureJudge;
  #active = { successes: 0, failures: 0 };
  #last = { successes: 0, failures: 0 };

  constructor(isFailure: FailureJudge) {
    this.#isFailure = isFailure;
  }

  /** Other statuses are failures from now on. */
  configure(isFailure: FailureJudge): void {
    this.#isFailure = isFailure;
  }

  begun(): void {}

  ended(_now: number, outcome: CallOutcome, distorted: boolean, status: CallStatus | undefined): void {
    if (distorted || outcome === 'neutral') return;
    if (this.#isFailure(outcome, status)) this.#active.failures += 1;
    else this.#active.successes += 1;
  }

  /** An interval is over: what was counted is the last one's, and counting begins at zero. */
  swap(): void {
    [this.#active, this.#last] = [this.#last, this.#active];
    this.#active.successes = 0;
    this.#active.failures = 0;
  }

  reset(): void {
    this.swap();
    this.swap();
  }

  /** Calls of the last interval. */
  get volume(): number {
    return this.#last.successes + this.#last.failures;
  }

  /** Share of successes in the last interval, 0 to 1; only with a volume. */
  get successRatio(): number {
    return this.#last.successes / this.volume;
  }

  /** Share of failures in the last interval, 0 to 100; only with a volume. */
  get failurePercentage(): number {
    return (this.#last.failures / this.volume) * 100;
  }
}
