import * as grpc from '@grpc/grpc-js';
import type { Backoff } from '@fairlead/core';
import { ownStatus } from '../call/own-status.js';
import type { InterceptingCallInterface, InterceptorOptions, NextCall } from '../grpc-types.js';
import { announceNoRetries, whyNoRetries } from '../incoming/no-retry.js';
import { Attempt, PREVIOUS_ATTEMPTS, type AttemptObserver } from '../retry/attempt.js';
import type { WaitEnd } from '../retry/retry-waits.js';
import type { Transcript } from '../retry/transcript.js';
import { awaitAnswer } from './await-answer.js';
import { countsAsFailure, decideHedge } from './decide-hedge.js';
import { CLOSED, HedgeAllowance } from './hedge-allowance.js';
import { HedgedAttempts } from './hedged-attempts.js';
import { hedgeFailure } from './hedge-failure.js';
import { INTERRUPTIONS, type Interruption } from './interruptions.js';
import type { MethodHedging } from './method-hedging.js';

/** What the hedges tell their call. */
export interface HedgeObserver extends AttemptObserver {
  /** This attempt must be the one that counts. */
  commit(attempt: Attempt): void;
  /** The call is over. */
  end(status: grpc.StatusObject): void;
  endSoon(status: grpc.StatusObject): void;
}

/** Which attempts a hedged call has: when the next one follows, and what a failed one means. */
export class Hedges {
  readonly #call: HedgeObserver;
  readonly #options: InterceptorOptions;
  readonly #nextCall: NextCall;
  readonly #method: MethodHedging;
  readonly #transcript: Transcript;
  readonly #allowance: HedgeAllowance;
  readonly attempts: HedgedAttempts;
  #metadata = new grpc.Metadata();
  #delayMs = 0;
  #backoff: Backoff;
  #refused = 0;
  #stopTimer: (() => void) | undefined;
  #lastFailure: grpc.StatusObject | undefined;

  constructor(
    call: HedgeObserver,
    options: InterceptorOptions,
    nextCall: NextCall,
    method: MethodHedging,
    transcript: Transcript,
  ) {
    this.#call = call;
    this.#options = options;
    this.#nextCall = nextCall;
    this.#method = method;
    this.#transcript = transcript;
    this.#allowance = new HedgeAllowance(options, method);
    this.attempts = new HedgedAttempts(method.clock);
    this.#backoff = method.backoff;
  }

  /** @param metadata of the client, of which each attempt gets its own copy. */
  begin(first: InterceptingCallInterface, metadata: grpc.Metadata): void {
    this.#metadata = metadata;
    this.#allowance.forbid(whyNoRetries(this.#options, metadata));
    const { delay, quota, clock } = this.#method;
    quota.deposit(clock.now());
    this.#delayMs = delay.begin(clock.now());
    this.#start(first, false);
    this.#plan();
  }

  /** @param committed the call had begun to be answered, which makes every failure final. */
  failed(attempt: Attempt, status: grpc.StatusObject, committed: boolean): void {
    if (committed) return this.#fatal(attempt, status, 'the response had begun');
    if (attempt.dropped) return this.#fatal(attempt, status, 'the balancing policy dropped the call');
    const given = hedgeFailure(attempt, status, this.#refused);
    this.#refused = given.refused;
    const { policy, budget, clock } = this.#method;
    if (countsAsFailure(given, policy)) budget.attemptFailed?.(clock.now());
    const decision = decideHedge(given, policy);
    if (decision.kind !== 'none') this.#lastFailure = status;
    switch (decision.kind) {
      case 'fatal':
        return this.#fatal(attempt, status, decision.reason);
      case 'none':
        return this.#notMade(attempt);
      case 'stop':
        this.#stop(decision.reason);
        return this.#over(attempt, status, decision.reason);
      case 'replace':
        return this.#replace(attempt, status, decision.reason, decision.delay);
      case 'next':
        return this.#next(attempt, status, decision.reason, decision.afterMs);
    }
  }

  /** More was sent than may be kept: only the attempt that has sent the most goes on (gRFC A6). */
  keepFurthest(): void {
    const { furthest } = this.attempts;
    if (furthest) this.#call.commit(furthest);
  }

  /** One attempt counts from now on: the others are cancelled on the wire. */
  settle(answered: Attempt): void {
    this.#stop('the response had begun');
    this.attempts.cancelOthers(answered);
  }

  /** @param status what the attempts under way are cancelled with. */
  close(status?: grpc.StatusObject): void {
    this.#stop('the call is over');
    this.attempts.cancelOthers(undefined, status);
  }

  #fatal(attempt: Attempt, status: grpc.StatusObject, reason: string): void {
    this.attempts.ended(attempt, status, { retried: false, reason });
    this.#call.end(status);
  }

  /** Nothing follows this attempt; the call is over when nothing else is under way or to come. */
  #over(attempt: Attempt, status: grpc.StatusObject, reason: string): void {
    this.attempts.ended(attempt, status, { retried: false, reason });
    if (this.attempts.underWay.length === 0 && !this.#stopTimer) this.#call.end(status);
  }

  /** The pool could spare no pod. No other hedge is tried until something fails: each would cost budget for nothing. */
  #notMade(attempt: Attempt): void {
    this.attempts.forget(attempt);
    this.#allowance.notMade();
    if (this.attempts.underWay.length > 0) this.#clearTimer();
    else if (!this.#stopTimer) this.#elapsed(false);
  }

  #replace(attempt: Attempt, status: grpc.StatusObject, reason: string, delay: 'none' | 'backoff'): void {
    this.#allowance.notMade();
    const alone = this.attempts.underWay.length === 1;
    const refusal = this.#allowance.whyStop() ?? (alone || delay === 'none' ? undefined : 'every pod has been tried');
    if (refusal !== undefined) return this.#over(attempt, status, refusal);
    this.attempts.ended(attempt, status, { retried: true, reason });
    if (delay === 'none') return this.#launch(!alone);
    const delayMs = this.#backoff.delayMs(this.#method.random);
    this.#backoff = this.#backoff.next();
    this.#wait(delayMs);
  }

  #next(attempt: Attempt, status: grpc.StatusObject, reason: string, afterMs: number): void {
    const alone = this.attempts.underWay.length === 1;
    this.#clearTimer();
    const refusal = this.#allowance.refusal(!alone);
    if (refusal !== undefined) return this.#over(attempt, status, refusal);
    this.attempts.ended(attempt, status, { retried: true, reason });
    if (afterMs > 0) return this.#wait(afterMs);
    this.#launch(!alone);
    this.#plan();
  }

  /** After a hedge the next one comes in `hedgingDelay`; without one, all come at once. */
  #plan(): void {
    if (this.#allowance.exhausted) return;
    if (this.#delayMs > 0) return this.#awaitAnswer();
    while (this.#allowance.refusal(true) === undefined) this.#launch(true);
  }

  #awaitAnswer(): void {
    this.#clearTimer();
    this.#stopTimer = awaitAnswer(this.#delayMs, this.#options, this.#method, (end) => this.#waited(end, false));
  }

  /** For an attempt that is asked for already. */
  #wait(delayMs: number): void {
    this.#clearTimer();
    this.#stopTimer = this.#method.waits.begin(delayMs, this.#options, (end) => this.#waited(end, true));
  }

  #waited(end: WaitEnd, paid: boolean): void {
    this.#stopTimer = undefined;
    if (end === 'elapsed') this.#elapsed(paid);
    else this.#interrupted(end);
  }

  /** @param paid the attempt that follows was asked for already. */
  #elapsed(paid: boolean): void {
    const optional = this.attempts.underWay.length > 0;
    const refusal = paid ? this.#allowance.whyStop() : this.#allowance.refusal(optional);
    if (refusal === undefined) {
      this.#launch(optional);
      this.#plan();
    } else if (!optional) this.#giveUp(refusal);
  }

  /** What is under way, grpc-js ends. */
  #interrupted(end: Interruption): void {
    const { reason, status } = INTERRUPTIONS[end];
    this.#stop(reason);
    if (this.attempts.underWay.length === 0) this.#giveUp(reason, status?.());
  }

  #giveUp(reason: string, status = this.#lastFailure): void {
    this.attempts.abandon(reason);
    this.#call.endSoon(status ?? ownStatus(grpc.status.UNAVAILABLE, reason));
  }

  #launch(optional: boolean): void {
    try {
      const call = this.#nextCall(this.#options);
      // Whoever is told of the new call may end this one at that moment.
      if (this.#allowance.stopped) call.cancelWithStatus(grpc.status.CANCELLED, 'the call is over');
      else this.#start(call, optional);
    } catch (error) {
      // A plain channel that was closed meanwhile throws.
      this.#stop(`the next attempt could not be made: ${error instanceof Error ? error.message : String(error)}`);
      if (!optional) this.#giveUp(CLOSED);
    }
  }

  #start(call: InterceptingCallInterface, optional: boolean): void {
    const metadata = this.#metadata.clone();
    const { made } = this.#allowance;
    if (made > 0) metadata.set(PREVIOUS_ATTEMPTS, String(made));
    announceNoRetries(this.#options, metadata);
    this.#allowance.begun();
    const now = this.#method.clock.now();
    const kind = made > 0 ? 'hedge' : 'first';
    const attempt = new Attempt(this.#call, call, this.#transcript, this.attempts.tried, now, kind, optional);
    this.attempts.add(attempt);
    attempt.start(metadata);
    if (this.#transcript.overflown) this.keepFurthest();
  }

  #stop(reason: string): void {
    this.#allowance.stop(reason);
    this.#clearTimer();
  }

  #clearTimer(): void {
    this.#stopTimer?.();
    this.#stopTimer = undefined;
  }
}
