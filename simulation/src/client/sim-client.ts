import {
  aggregateConnectivity,
  callOutcome,
  exponentialBackoff,
  pushbackOf,
  STATUS_CODES,
  TokenBucketBudget,
  uniformIndex,
  type Backoff,
  type CallStatus,
  type Endpoint,
  type FailureClass,
  type Pushback,
  type Random,
  type RetryBudget,
} from '@fairlead/core';
import type { Engine } from '../engine/engine.js';
import { Network } from '../models/network.js';
import type { Pod } from '../models/pod.js';
import { NO_TRAILERS } from '../models/trailers.js';
import { DEFAULT_CONNECT_TIMEOUT_MS, DEFAULT_DRAIN_GRACE_MS, type ClientOptions } from './client-options.js';
import type { ClientObserver } from './client-observer.js';
import type { ClientResources } from './member-context.js';
import { retryRule } from './retry-rule.js';
import { SimCall } from './sim-call.js';
import type { SimMember } from './sim-member.js';
import { SimMembership } from './sim-membership.js';
import { SimPickRequest } from './sim-pick-request.js';

const EXPIRED: CallStatus = { code: STATUS_CODES.DEADLINE_EXCEEDED, metadata: NO_TRAILERS };
const NO_PUSHBACK: Pushback = { kind: 'none' };

/** One client process: calls with deadlines and retries over a policy of core. */
export class SimClient {
  readonly options: ClientOptions;
  readonly resources: ClientResources = { pendingEvents: 0, connections: 0 };
  readonly membership: SimMembership;
  readonly #engine: Engine;
  readonly #observer: ClientObserver;
  readonly #budget: RetryBudget;
  readonly #backoff: Backoff;
  readonly #backoffRandom: Random;
  readonly #keyRandom: Random;
  readonly #waiting = new Set<SimCall>();
  readonly #request = new SimPickRequest();
  #calls = 0;

  constructor(engine: Engine, options: ClientOptions, observer: ClientObserver, podOf: (id: string) => Pod) {
    const { name, retries } = options;
    this.options = options;
    this.#engine = engine;
    this.#observer = observer;
    this.#budget = options.budget ?? new TokenBucketBudget(retries.budget);
    this.#backoff = exponentialBackoff({
      initialMs: retries.initialBackoffMs,
      maxMs: retries.maxBackoffMs,
      multiplier: 2,
    });
    this.#backoffRandom = engine.random.of(`backoff/${name}`);
    this.#keyRandom = engine.random.of(`key/${name}`);
    const context = {
      engine,
      network: new Network(options.network ?? {}, options.zone, engine.random.of(`network/${name}`)),
      random: engine.random.of(`policy/${name}`),
      resources: this.resources,
      observer,
      drainGraceMs: options.drainGraceMs ?? DEFAULT_DRAIN_GRACE_MS,
      connectTimeoutMs: options.connectTimeoutMs ?? DEFAULT_CONNECT_TIMEOUT_MS,
      podOf,
    };
    this.membership = new SimMembership(options.createPolicy(), context, {
      answered: (answer) => {
        observer.policyAnswered(this, answer);
        this.#placeWaiting();
      },
    });
  }

  get name(): string {
    return this.options.name;
  }

  /** The newest full list of endpoints has arrived. */
  learn(endpoints: readonly Endpoint[]): void {
    this.membership.reconcile(endpoints);
  }

  /** Makes a call. `onEnd` is called at its end, whatever it is. */
  call(onEnd?: () => void): void {
    const { now } = this.#engine;
    const { hashKeys, deadlineMs } = this.options;
    const key = hashKeys === undefined ? undefined : `key-${uniformIndex(this.#keyRandom, hashKeys)}`;
    const call = new SimCall(this.#calls++, now, key, onEnd);
    this.#budget.deposit(now);
    this.#observer.callStarted(call);
    call.deadline = this.#engine.after(deadlineMs, () => this.#expire(call), this.resources);
    this.#place(call);
  }

  /** Ends everything. Calls that have not ended are lost. */
  close(): void {
    this.membership.close();
    this.#observer.clientClosed(this);
  }

  /** The call is over. Overridden by tests of the invariants. */
  finish(call: SimCall, code: number): void {
    call.ended = true;
    call.deadline?.cancel();
    call.backoff?.cancel();
    this.#waiting.delete(call);
    this.#observer.callEnded(call, code);
    call.onEnd?.();
  }

  #place(call: SimCall): void {
    const result = this.membership.pick(this.#request.of(call), this.#engine.now);
    if (result.kind === 'picked') return this.#send(call, result.member);
    if (result.kind === 'fail') return this.finish(call, STATUS_CODES.UNAVAILABLE);
    if (this.#nobodyIsComing()) return this.#fail(call, STATUS_CODES.UNAVAILABLE, 'unsent', false, NO_PUSHBACK);
    this.#waiting.add(call);
  }

  /** All pods that are known could not be reached: a call fails rather than wait for one. */
  #nobodyIsComing(): boolean {
    const { inUse } = this.membership;
    return inUse.length > 0 && aggregateConnectivity(inUse.map((each) => each.connectivity)) === 'transient-failure';
  }

  #placeWaiting(): void {
    if (this.#waiting.size === 0) return;
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    for (const call of waiting) if (!call.ended) this.#place(call);
  }

  #send(call: SimCall, member: SimMember): void {
    this.#observer.picked(call, member);
    const { connection } = member;
    if (connection === undefined) return this.#fail(call, STATUS_CODES.UNAVAILABLE, 'unsent', true, NO_PUSHBACK);
    call.attempts++;
    member.attempts++;
    const completion = member.load.begin(this.#engine.now);
    const stream = connection.start({ ended: (status, failure) => this.#attemptEnded(call, status, failure) });
    call.attempt = { member, completion, connection, stream };
    this.#observer.attemptStarted(call, member);
  }

  #attemptEnded(call: SimCall, status: CallStatus, failure: FailureClass | undefined): void {
    const member = this.#complete(call, status, failure);
    if (failure === undefined) return this.finish(call, status.code);
    call.tried ??= new Set();
    call.tried.add(member.endpoint.id);
    this.#fail(call, status.code, failure, true, pushbackOf(status.metadata));
  }

  /** Runs the completion of the attempt that is under way. */
  #complete(call: SimCall, status: CallStatus, failure: FailureClass | undefined): SimMember {
    const { now } = this.#engine;
    const { member, completion } = call.attempt!;
    call.attempt = undefined;
    member.attempts--;
    if (status.code === STATUS_CODES.OK) completion.responded(now);
    completion.end(now, callOutcome(status.code, failure), false, status);
    this.#observer.attemptEnded(call, member);
    return member;
  }

  #fail(call: SimCall, code: number, failure: FailureClass, picked: boolean, pushback: Pushback): void {
    if (picked) call.failed(failure);
    else call.counted++;
    const rule = this.options.retryRule ?? retryRule;
    const { counted, refused } = call;
    const decision = rule({ code, failure, picked, counted, refused, pushback }, this.options.retries);
    if (!decision.retry) return this.finish(call, code);
    if (decision.costsBudget && !this.#budget.tryWithdraw(this.#engine.now)) return this.finish(call, code);
    this.#observer.retrying(call, decision.costsBudget);
    if (decision.delay === 'none') return this.#place(call);
    const delayMs = decision.delay === 'backoff' ? this.#nextBackoffMs(call) : decision.delay;
    call.backoff = this.#engine.after(delayMs, () => this.#place(call), this.resources);
  }

  #nextBackoffMs(call: SimCall): number {
    let step = this.#backoff;
    for (let past = 0; past < call.backoffs; past++) step = step.next();
    call.backoffs++;
    return step.delayMs(this.#backoffRandom);
  }

  #expire(call: SimCall): void {
    if (call.attempt !== undefined) {
      const { connection, stream } = call.attempt;
      this.#complete(call, EXPIRED, 'maybe-processed');
      connection.cancel(stream);
    }
    this.finish(call, STATUS_CODES.DEADLINE_EXCEEDED);
  }
}
