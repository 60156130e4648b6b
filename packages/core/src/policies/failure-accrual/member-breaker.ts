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
  | Pause<'ejected'>
  /** One call decides. It is forgotten after `waitMs`. */
  | Pause<'probing'>;

interface Pause<Kind extends string> {
  readonly kind: Kind;
  readonly cause: EjectionCause;
  readonly failedProbes: number;
  readonly waitMs: number;
  since: number;
}

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
  #context: BreakerContext;
  #window: SuccessWindow | undefined;
  #state: State = CLOSED;
  #ticket = 0;
  #failuresInARow = 0;

  constructor(context: BreakerContext) {
    this.#context = context;
    this.#window = windowOf(context);
  }

  /**
   * Other figures hold from now on. A pause that has begun stays as long as it was, failures in a row are still in a row, and
   * what is in a window stays there as long as it moves as before.
   */
  configure(context: BreakerContext): void {
    const { minSuccessRatio, windowMs } = this.#context;
    this.#context = context;
    const wasOn = minSuccessRatio > 0;
    if (wasOn !== context.minSuccessRatio > 0 || windowMs !== context.windowMs) this.#window = windowOf(context);
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
    return this.#enter({ ...state, kind: 'probing', waitMs: this.#context.maxBackoffMs, since: now });
  }

  /** A call goes on that began before the load of the member was replaced: it is no probe. @returns its ticket. */
  adopt(): number {
    return this.#state.kind === 'closed' ? this.#ticket : NO_TICKET;
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
    else this.#eject(state.cause, state.failedProbes + 1, now);
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
    const { consecutiveFailures, minSuccessRatio, requestVolume } = this.#context;
    this.#failuresInARow = verdict === 'failure' ? this.#failuresInARow + 1 : 0;
    this.#window?.add(verdict !== 'success', now);
    // Both at once are told as failures in a row.
    if (consecutiveFailures > 0 && this.#failuresInARow >= consecutiveFailures) {
      this.#eject('consecutive-failures', 0, now);
    } else if (this.#window?.isBelow(minSuccessRatio, requestVolume)) {
      this.#eject('success-rate', 0, now);
    }
  }

  #eject(cause: EjectionCause, failedProbes: number, now: number): void {
    const { backoff, jitterRatio, maxBackoffMs, random } = this.#context;
    // Linkerd only adds, and not beyond the longest wait.
    const waitMs = Math.min(stepOf(backoff, failedProbes).baseMs * (1 + jitterRatio * random.next()), maxBackoffMs);
    this.#enter({ kind: 'ejected', cause, failedProbes, waitMs, since: now });
    this.#context.onChange();
  }

  #enter(state: State): number {
    this.#state = state;
    this.#ticket += 1;
    return this.#ticket;
  }
}

function windowOf({ minSuccessRatio, windowMs }: BreakerContext): SuccessWindow | undefined {
  return minSuccessRatio > 0 ? new SuccessWindow(windowMs) : undefined;
}

/** Counted from the first one each time, so that other figures hold for the pauses of a member that is ejected already. */
function stepOf(first: Backoff, steps: number): Backoff {
  let step = first;
  for (let n = 0; n < steps; n++) {
    const next = step.next();
    if (next.baseMs === step.baseMs) break;
    step = next;
  }
  return step;
}
