import type { EjectionCause } from '../../pick/balancing-policy.js';
import type { Random } from '../../random/random.js';
import type { Backoff } from '../../retry/backoff.js';
import { SuccessWindow } from './success-window.js';

/** How a call ended, for its member's breaker. */
export type BreakerVerdict =
  | 'success'
  | 'failure'
  /** The member refused for want of resources: no success, but it is there and answers, so none of the failures in a row. */
  | 'overloaded'
  /** Says nothing of the member. */
  | 'none';

/** What all breakers of a policy share. */
export interface BreakerContext {
  readonly consecutiveFailures: number;
  readonly minSuccessRatio: number;
  readonly requestVolume: number;
  readonly windowMs: number;
  readonly maxBackoffMs: number;
  readonly jitterRatio: number;
  /** Its first step; of each, the wait before jitter is used. */
  readonly backoff: Backoff;
  readonly random: Random;
  /** A member was ejected or admitted again. */
  onChange(): void;
}

type State =
  | { readonly kind: 'closed' }
  /** Left alone for `waitMs`; then the next call is the probe. */
  | {
      readonly kind: 'ejected';
      readonly cause: EjectionCause;
      readonly backoff: Backoff;
      readonly waitMs: number;
      since: number;
    }
  /** One call decides. It is forgotten after `waitMs`. */
  | {
      readonly kind: 'probing';
      readonly cause: EjectionCause;
      readonly backoff: Backoff;
      readonly waitMs: number;
      since: number;
    };

const CLOSED: State = { kind: 'closed' };

/** The ticket of a call that decides nothing. */
const NO_TICKET = -1;

/**
 * Decides for one member whether it gets calls: ejected after failures in a row or by its success rate, then probed by
 * single calls, with growing pauses, until one succeeds (Linkerd's failure accrual, `breaker/unified.rs`).
 *
 * Each call gets a ticket when it begins. A state takes only its own: a late answer to a call from before the ejection
 * neither admits the member again nor counts when it is back, and of a member that gets calls in a panic the probe alone
 * counts.
 */
export class MemberBreaker {
  readonly #context: BreakerContext;
  readonly #window: SuccessWindow | undefined;
  #state: State = CLOSED;
  #ticket = 0;
  #failuresInARow = 0;

  constructor(context: BreakerContext) {
    this.#context = context;
    if (context.minSuccessRatio > 0) this.#window = new SuccessWindow(context.windowMs);
  }

  get cause(): EjectionCause | undefined {
    return this.#state.kind === 'closed' ? undefined : this.#state.cause;
  }

  /** When a call may probe the member, while it is ejected; what is past while one does. */
  get untilMs(): number {
    const state = this.#state;
    if (state.kind === 'ejected') return state.since + state.waitMs;
    return state.kind === 'probing' ? state.since : -Infinity;
  }

  /** A clock that went back must not make a pause longer. */
  review(now: number): void {
    const state = this.#state;
    if (state.kind !== 'closed' && now < state.since) state.since = now;
  }

  /** Whether the next call that begins is the probe. */
  isDue(now: number): boolean {
    const state = this.#state;
    if (state.kind === 'closed') return false;
    this.review(now);
    return now >= state.since + state.waitMs;
  }

  /** A call begins. @returns its ticket. */
  begin(now: number): number {
    const state = this.#state;
    if (state.kind === 'closed') return this.#ticket;
    if (!this.isDue(now)) return NO_TICKET;
    const { backoff, cause } = state;
    return this.#enter({ kind: 'probing', cause, backoff, waitMs: this.#context.maxBackoffMs, since: now });
  }

  /**
   * The first message of the answer has arrived: a stream that probes need not end, and its end decides nothing more.
   * @returns the call's ticket from now on.
   */
  responded(ticket: number): number {
    if (ticket !== this.#ticket || this.#state.kind !== 'probing') return ticket;
    this.readmit();
    return NO_TICKET;
  }

  ended(ticket: number, verdict: BreakerVerdict, now: number): void {
    if (ticket !== this.#ticket) return;
    const state = this.#state;
    if (state.kind === 'closed') this.#count(verdict, now);
    else if (verdict === 'success') this.readmit();
    else if (verdict === 'none') this.#enter({ ...state, kind: 'ejected', since: now, waitMs: 0 });
    else this.#eject(state.cause, state.backoff.next(), now);
  }

  /** The probe's connection is gone, and with it perhaps the news of how it ended: there will be another one. */
  abandonProbe(now: number): void {
    const state = this.#state;
    if (state.kind === 'probing') this.#enter({ ...state, kind: 'ejected', since: now, waitMs: 0 });
  }

  /** The member gets calls again, and nothing is known of it. */
  readmit(): void {
    const wasEjected = this.#state.kind !== 'closed';
    this.#failuresInARow = 0;
    this.#window?.clear();
    this.#enter(CLOSED);
    if (wasEjected) this.#context.onChange();
  }

  #count(verdict: BreakerVerdict, now: number): void {
    if (verdict === 'none') return;
    const { backoff, consecutiveFailures, minSuccessRatio, requestVolume } = this.#context;
    this.#failuresInARow = verdict === 'failure' ? this.#failuresInARow + 1 : 0;
    this.#window?.add(verdict !== 'success', now);
    // Both at once are told as failures in a row.
    if (consecutiveFailures > 0 && this.#failuresInARow >= consecutiveFailures) {
      this.#eject('consecutive-failures', backoff, now);
    } else if (this.#window?.isBelow(minSuccessRatio, requestVolume)) {
      this.#eject('success-rate', backoff, now);
    }
  }

  #eject(cause: EjectionCause, backoff: Backoff, now: number): void {
    const { jitterRatio, maxBackoffMs, random } = this.#context;
    // Linkerd only adds, and not beyond the longest wait.
    const waitMs = Math.min(backoff.baseMs * (1 + jitterRatio * random.next()), maxBackoffMs);
    this.#enter({ kind: 'ejected', cause, backoff, waitMs, since: now });
    this.#context.onChange();
  }

  #enter(state: State): number {
    this.#state = state;
    this.#ticket += 1;
    return this.#ticket;
  }
}
