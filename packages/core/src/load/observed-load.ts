import type { OrcaLoadReport } from '../orca/orca-load-report.js';
import type { CallOutcome, CallStatus, Completion, Load } from './load.js';

/** What a policy wants to know of each call to one member. */
export interface CallObserver {
  /** A call was given to the member. */
  begun(now: number): void;
  /** It is over. Exactly once for each that has begun. See `Completion.end` for what the arguments mean. */
  ended(now: number, outcome: CallOutcome, distorted: boolean, status: CallStatus | undefined): void;
}

/** The load of a member under two policies: the child's, which decides what a call costs, and what the parent observes. */
export class ObservedLoad<O extends CallObserver> implements Load {
  readonly observer: O;
  readonly child: Load;

  constructor(observer: O, child: Load) {
    this.observer = observer;
    this.child = child;
  }

  /** The load that goes on when the child is succeeded: this one, unless the child's is another one. */
  over(child: Load): ObservedLoad<O> {
    return child === this.child ? this : new ObservedLoad(this.observer, child);
  }

  get cost(): Load {
    return this.child.cost ?? this.child;
  }

  get inFlight(): number {
    return this.child.inFlight;
  }

  valueAt(now: number): number {
    return this.child.valueAt(now);
  }

  begin(now: number): Completion {
    const completion = new ObservedCompletion(this.observer, this.child.begin(now));
    this.observer.begun(now);
    return completion;
  }

  adopt(now: number, awaiting: boolean): Completion {
    const adopted = this.child.adopt?.(now, awaiting) ?? this.child.begin(now);
    const completion = new ObservedCompletion(this.observer, adopted);
    this.observer.begun(now);
    return completion;
  }

  report(report: OrcaLoadReport, now: number): void {
    this.child.report?.(report, now);
  }
}

class ObservedCompletion implements Completion {
  #observer: CallObserver | undefined;
  readonly #child: Completion;

  constructor(observer: CallObserver, child: Completion) {
    this.#observer = observer;
    this.#child = child;
  }

  responded(now: number, distorted?: boolean): void {
    this.#child.responded(now, distorted);
  }

  end(now: number, outcome: CallOutcome, distorted = false, status?: CallStatus): void {
    const observer = this.#observer;
    if (observer === undefined) return;
    this.#observer = undefined;
    this.#child.end(now, outcome, distorted, status);
    observer.ended(now, outcome, distorted, status);
  }
}
