import type { OrcaLoadReport } from '../../orca/orca-load-report.js';
import type { CallOutcome, CallStatus, Completion, Load } from '../../load/load.js';
import { STATUS_CODES } from '../../status/status-code.js';
import type { BreakerVerdict, MemberBreaker } from './member-breaker.js';

/** The load of a member with a breaker: the child's, and each call has its ticket. */
export class GuardedLoad implements Load {
  readonly breaker: MemberBreaker;
  readonly child: Load;

  constructor(breaker: MemberBreaker, child: Load) {
    this.breaker = breaker;
    this.child = child;
  }

  /** The load that goes on when the child is succeeded: this one, unless the child's is another one. */
  over(child: Load): GuardedLoad {
    return child === this.child ? this : new GuardedLoad(this.breaker, child);
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

  report(report: OrcaLoadReport, now: number): void {
    this.child.report?.(report, now);
  }

  begin(now: number): Completion {
    return new GuardedCompletion(this.breaker, this.breaker.begin(now), this.child.begin(now));
  }

  adopt(now: number, awaiting: boolean): Completion {
    const adopted = this.child.adopt?.(now, awaiting) ?? this.child.begin(now);
    return new GuardedCompletion(this.breaker, this.breaker.adopt(), adopted);
  }
}

class GuardedCompletion implements Completion {
  #breaker: MemberBreaker | undefined;
  #ticket: number;
  readonly #child: Completion;

  constructor(breaker: MemberBreaker, ticket: number, child: Completion) {
    this.#breaker = breaker;
    this.#ticket = ticket;
    this.#child = child;
  }

  responded(now: number, distorted?: boolean): void {
    this.#child.responded(now, distorted);
    if (this.#breaker) this.#ticket = this.#breaker.responded(this.#ticket);
  }

  end(now: number, outcome: CallOutcome, distorted = false, status?: CallStatus): void {
    const breaker = this.#breaker;
    if (breaker === undefined) return;
    this.#breaker = undefined;
    this.#child.end(now, outcome, distorted, status);
    breaker.ended(this.#ticket, distorted ? 'none' : verdictOf(outcome, status), now);
  }
}

/** Which statuses are failures at all is `callOutcome`'s business. */
function verdictOf(outcome: CallOutcome, status: CallStatus | undefined): BreakerVerdict {
  if (outcome === 'neutral') return 'none';
  if (outcome === 'success') return 'success';
  return status?.code === STATUS_CODES.RESOURCE_EXHAUSTED ? 'overloaded' : 'failure';
}
