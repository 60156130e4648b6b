import { pushbackOf, type AttemptKind, type Backoff, type FailureClass } from '@fairlead/core';
import type { Metadata, StatusObject } from '@grpc/grpc-js';
import type { AttemptRecord } from '../attempts/attempt-record.js';
import { withAttempts } from '../attempts/attempts-of.js';
import { PREVIOUS_ATTEMPTS, type Attempt } from './attempt.js';
import { countsAsFailure, decide, isFreeRefusal, type Decision } from './decide.js';
import type { MethodRetry } from './method-retry.js';

/** The attempts of one call so far: their trail, and what they used up. A call that does not fail has none. */
export class CallHistory {
  readonly #method: MethodRetry;
  readonly #forbidden: string | undefined;
  readonly #trail: AttemptRecord[] = [];
  #tried: ReadonlySet<string> = new Set();
  /** Attempts that count against `maxAttempts`. */
  #counted = 0;
  #refused = 0;
  /** Attempts that the server is told of: those that it may have seen, but for refused ones that are free (gRFC A6). */
  #previousAttempts = 0;
  #backoff: Backoff;
  #nextKind: AttemptKind = 'first';

  /** @param forbidden why no attempt may be made that costs budget. */
  constructor(method: MethodRetry, forbidden?: string) {
    this.#method = method;
    this.#forbidden = forbidden;
    this.#backoff = method.backoff;
  }

  /** Ids of the pods that attempts were given to. */
  get tried(): ReadonlySet<string> {
    return this.#tried;
  }

  /** Of the attempt that was decided on last. */
  get nextKind(): AttemptKind {
    return this.#nextKind;
  }

  /**
   * An attempt has failed: notes it and decides what follows.
   * @param stop why no other attempt can follow, whatever the rules say.
   */
  failed(attempt: Attempt, status: StatusObject, stop: string | undefined): Decision {
    const failure = attempt.failureOf(status);
    const decision =
      stop === undefined ? this.#decide(attempt, failure, status) : { retry: false as const, reason: stop };
    this.#note(attempt, status, { retried: decision.retry, reason: decision.reason });
    if (!decision.retry) return decision;
    if (attempt.endpoint) this.#tried = new Set(this.#tried).add(attempt.endpoint.id);
    const counts = failure === 'maybe-processed' || decision.costsBudget;
    if (counts) this.#previousAttempts += 1;
    this.#nextKind = counts ? 'retry' : 'transparent-retry';
    return decision;
  }

  succeeded(attempt: Attempt, status: StatusObject): void {
    this.#note(attempt, status, { retried: false, reason: 'it succeeded' });
  }

  /** The attempt that was to follow the last one does not. */
  abandon(reason: string): void {
    const last = this.#trail.pop();
    if (last) this.#trail.push({ ...last, next: { retried: false, reason } });
  }

  /** How long to wait before the attempt that was decided on; undefined for not at all. */
  delayMs({ delay }: Decision & { readonly retry: true }): number | undefined {
    if (delay === 'none') return undefined;
    if (delay === 'backoff') {
      const delayMs = this.#backoff.delayMs(this.#method.random);
      this.#backoff = this.#backoff.next();
      return delayMs;
    }
    // After a pushback the backoff starts anew (gRFC A6).
    this.#backoff = this.#method.backoff;
    return delay.pushbackMs;
  }

  /** Tells the server of the next attempt how many there were before it. */
  announce(metadata: Metadata): void {
    if (this.#previousAttempts > 0) metadata.set(PREVIOUS_ATTEMPTS, String(this.#previousAttempts));
  }

  /** The status with the trail. */
  attachTo(status: StatusObject): StatusObject {
    return withAttempts(status, this.#trail);
  }

  #decide(attempt: Attempt, failure: FailureClass, status: StatusObject): Decision {
    if (failure === 'refused') this.#refused += 1;
    const picked = attempt.wasPicked(failure);
    const { othersUntried, wentAway } = attempt;
    const pushback = pushbackOf(status.metadata);
    const given = { code: status.code, failure, picked, othersUntried, wentAway, pushback, refused: this.#refused };
    const free = (failure === 'unsent' && picked) || isFreeRefusal(given);
    if (!free) this.#counted += 1;
    const { budget, clock, policy } = this.#method;
    if (countsAsFailure(given, policy)) budget.attemptFailed?.(clock.now());
    const decision = decide({ ...given, counted: this.#counted }, policy);
    if (!decision.retry || !decision.costsBudget) return decision;
    if (this.#forbidden !== undefined) return { retry: false, reason: this.#forbidden };
    if (budget.tryWithdraw(clock.now())) return decision;
    return { retry: false, reason: 'the retry budget is used up' };
  }

  #note(attempt: Attempt, status: StatusObject, next: AttemptRecord['next']): void {
    this.#trail.push(attempt.record(status, this.#method.clock, next));
  }
}
