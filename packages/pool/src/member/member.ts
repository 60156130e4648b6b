import * as grpc from '@grpc/grpc-js';
import {
  formatAddress,
  type Address,
  type Backoff,
  type Endpoint,
  type Load,
  type MemberConnectivity,
  type MemberView,
} from '@fairlead/core';
import type { CallArguments, GrpcCall } from '../grpc-types.js';
import type { ConnectionHealth } from '../health/connection-health.js';
import { HealthyAttempt } from '../health/healthy-attempt.js';
import { ConnectionAttempt, type Attempt, type AttemptListener } from './connection-attempt.js';
import type { ConnectionEnd } from './disconnect-reason.js';
import { drainReplaced } from './drain.js';
import { MemberCalls } from './member-calls.js';
import type { MemberContext, RetirementReason, RotationReason } from './member-context.js';
import { MemberErrors } from './member-errors.js';
import { connectivityOf, type DrainingState, type MemberState, type ReadyState } from './member-state.js';
import { MemberTally } from './member-tally.js';
import { ShortLives } from './short-lives.js';
import { Succession } from './succession.js';
import { watchLoss } from './watch-loss.js';

/** One endpoint taken into the pool: a pod, or what grpc-js keeps connected by itself (`ChannelMember`). */
export type Member = Pick<PodMember, keyof PodMember>;

/**
 * One pod taken into the pool: its connection, its load, its calls.
 *
 * A connection that is lost is replaced at once, unless its life was too short (`ShortLives`). Until one lives longer than
 * the first step of the backoff, the backoff goes on growing.
 */
export class PodMember implements MemberView {
  readonly calls = new MemberCalls();
  readonly errors = new MemberErrors();
  readonly tally: MemberTally;
  #endpoint: Endpoint;
  #load: Load;
  #state: MemberState = { kind: 'idle' };
  /** What the pool was told last. */
  #shown: MemberConnectivity = 'idle';
  #backoff: Backoff;
  readonly #context: MemberContext;
  readonly #succession: Succession;
  readonly #shortLives: ShortLives;
  readonly #attempts: AttemptListener = {
    connected: (attempt, channel, address, end) => this.#connected(attempt, channel, address, end),
    failed: (attempt, cause) => this.#attemptFailed(attempt, cause),
  };

  constructor(endpoint: Endpoint, load: Load, context: MemberContext) {
    this.#endpoint = endpoint;
    this.#load = load;
    this.#context = context;
    this.tally = new MemberTally(context.counts);
    this.#backoff = context.backoff;
    this.#succession = new Succession(context);
    this.#shortLives = new ShortLives(context.backoff.baseMs);
  }

  get endpoint(): Endpoint {
    return this.#endpoint;
  }

  get load(): Load {
    return this.#load;
  }

  get connectivity(): MemberConnectivity {
    return connectivityOf(this.#state, this.errors.failing);
  }

  get state(): MemberState['kind'] {
    return this.#state.kind;
  }

  /** The channel of the present connection, while there is one: another one for each. Calls are made by {@link createCall}. */
  get connection(): grpc.ChannelInterface | undefined {
    return this.#state.kind === 'ready' ? this.#state.channel : undefined;
  }

  /** What the server at the other end of the present connection says of itself. */
  get health(): ConnectionHealth | undefined {
    return this.#state.kind === 'ready' ? this.#state.health : undefined;
  }

  /** When the next attempt follows, in monotonic ms, while the member backs off. */
  get backingOffUntil(): number | undefined {
    return this.#state.kind === 'backing-off' ? this.#state.until : undefined;
  }

  /** When the connection is old enough to be replaced, in monotonic ms; `Infinity` for never. */
  get rotationDueAt(): number {
    return this.#succession.dueAt;
  }

  get rotationReason(): RotationReason {
    return this.#succession.reason;
  }

  /** A new connection is being made that will take the place of the present one. */
  get rotating(): boolean {
    return this.#succession.underWay;
  }

  /** `10.0.0.1:50051`: the address that it is connected to, or the preferred one. */
  get address(): string {
    const state = this.#state;
    return formatAddress('address' in state ? state.address : this.#endpoint.addresses[0]);
  }

  /** The same pod, newly reported. A changed address does not touch a live connection; the next one uses it. */
  update(endpoint: Endpoint): void {
    this.#endpoint = endpoint;
  }

  /** Another balancing policy may have another load. Calls in flight are counted there from now on. */
  changeLoad(load: Load): void {
    if (load === this.#load) return;
    this.#load = load;
    this.calls.moveAll(load, this.#context.clock.now());
  }

  /** Starts to connect when idle. A member that backs off connects when its time has come, and not before. */
  connect(): void {
    if (this.#state.kind === 'idle') this.#connect();
  }

  /** Closes the connection, which nobody uses, until {@link connect}. */
  sleep(): void {
    const { kind } = this.#state;
    if (kind === 'idle' || kind === 'draining' || kind === 'closed') return;
    if (kind === 'ready') this.tally.disconnected('subchannel shutdown');
    this.#succession.end()?.abandon();
    this.errors.overcome();
    this.#backoff = this.#context.backoff;
    this.#transition({ kind: 'idle' });
  }

  /** The balancing policy wants no connection until {@link connect}: it is closed when the calls on it have ended. */
  letGo(): void {
    if (this.#state.kind !== 'ready') return this.sleep();
    this.#succession.end()?.abandon();
    this.#transition({ kind: 'idle', letGo: true });
  }

  /** Forgets the failures so far; a member that backs off connects at once. */
  resetBackoff(): void {
    this.#backoff = this.#context.backoff;
    if (this.#state.kind === 'backing-off') this.#connect();
  }

  /** The credentials have changed: the connection is due for replacement, and a member that backs off connects at once. */
  renew(): void {
    this.#succession.renew();
    this.resetBackoff();
  }

  /** Whether a call can be given to it right now. Sees a loss that grpc-js has not reported yet and acts on it. */
  confirmReady(): boolean {
    const state = this.#state;
    if (state.kind !== 'ready') return false;
    if (state.channel.getConnectivityState(false) === grpc.connectivityState.READY) return true;
    this.#lose(state);
    return false;
  }

  /** Makes the call on the current connection. Only after {@link confirmReady}. */
  createCall(args: CallArguments): GrpcCall {
    const state = this.#state;
    if (state.kind !== 'ready') throw new Error(`member ${this.address} is ${state.kind}`);
    return state.channel.createCall(args.path, args.deadline, args.host, args.parent, args.propagateFlags);
  }

  /** Takes the member out of service: no call is begun, no connection is opened any more, calls in flight go on. */
  drain(): void {
    const state = this.#state;
    if (state.kind === 'draining' || state.kind === 'closed') return;
    if (state.kind !== 'ready') return this.close();
    this.#transition({ kind: 'draining', channel: state.channel, address: state.address });
  }

  /** Ends the connection without touching the calls that are on the wire: they run on until they end. Idempotent. */
  close(): void {
    if (this.#state.kind !== 'closed') this.#transition({ kind: 'closed' });
  }

  /** Opens the connection that will take the place of the present one, which stays in use until then. */
  rotate(): void {
    if (this.#state.kind !== 'ready' || this.#succession.underWay) return;
    const attempt = new HealthyAttempt(this.#endpoint, this.#context, this.#attempts);
    this.#succession.start(attempt);
    attempt.start();
  }

  #connect(): void {
    const successor = this.#succession.end();
    const since = this.#context.clock.now();
    const attempt = successor ?? new ConnectionAttempt(this.#endpoint, this.#context, this.#attempts);
    const state = { kind: 'connecting' as const, attempt, since };
    this.#transition(state);
    if (this.#state === state && successor === undefined) attempt.start();
  }

  #connected(attempt: Attempt, channel: grpc.ChannelInterface, address: Address, end: ConnectionEnd): void {
    const now = this.#context.clock.now();
    const previous = this.#state;
    const replaced = this.#succession.is(attempt) && previous.kind === 'ready';
    const { reason } = this.#succession;
    this.#succession.end();
    const health = this.#context.health.of(channel, this.#endpoint);
    if (health.connectivity === 'ready') this.errors.overcome();
    const ready: ReadyState = { kind: 'ready', channel, address, since: now, replacedFor: reason, end, health };
    this.#succession.begin(attempt.credentialsRevision);
    this.#transition(ready);
    health.attach(this.calls.current, () => this.#healthChanged(health));
    if (this.#state === ready) watchLoss(channel, () => this.#lose(ready));
    if (replaced) this.#context.onRotation(this, { kind: 'replaced', ageMs: now - previous.since, reason });
  }

  #attemptFailed(attempt: Attempt, cause: string): void {
    if (!this.#succession.is(attempt)) return this.#fail(cause, false);
    this.#succession.postpone();
    this.#context.onRotation(this, { kind: 'failed', cause });
  }

  #healthChanged({ connectivity, reason }: ConnectionHealth): void {
    if (connectivity === 'ready') this.errors.overcome();
    if (reason !== undefined) this.errors.fail(`${this.address} is ${reason}`, this.#context.clock.now());
    this.#transition(this.#state);
  }

  #lose(state: ReadyState): void {
    if (this.#state !== state) return;
    const { reason } = state.end;
    this.tally.disconnected(reason);
    const now = this.#context.clock.now();
    const lived = now - state.since;
    this.calls.retire();
    if (this.#shortLives.mustBackOff(lived, reason) && !this.#succession.underWay) {
      return this.#fail(`connection to ${this.address} ended after ${Math.round(lived)} ms`, true);
    }
    if (lived >= this.#context.backoff.baseMs) this.#backoff = this.#context.backoff;
    this.errors.note(`connection to ${this.address} was lost`, now);
    this.#transition({ kind: 'idle' }, true);
    this.connect();
  }

  #fail(cause: string, lost: boolean): void {
    const { clock, random } = this.#context;
    this.#succession.end();
    const now = clock.now();
    this.errors.fail(cause, now);
    // gRPC counts the backoff from the beginning of the attempt: one that took long is followed at once.
    const spentMs = this.#state.kind === 'connecting' ? now - this.#state.since : 0;
    const delayMs = Math.max(0, this.#backoff.delayMs(random) - spentMs);
    this.#backoff = this.#backoff.next();
    const timer = clock.schedule(delayMs, () => this.#connect());
    this.#transition({ kind: 'backing-off', timer, until: now + delayMs }, lost);
  }

  /** The only place where the state changes: releases what the old state owned, then tells the pool. */
  #transition(next: MemberState, lost = false): void {
    const previous = this.#state;
    this.#state = next;
    this.#release(previous, next);
    if (next.kind === 'draining' || next.kind === 'closed') return;
    const from = this.#shown;
    const to = this.connectivity;
    this.#shown = to;
    if (from !== to || lost || next.kind === 'backing-off') {
      const unhealthy = next.kind === 'ready' && to === 'transient-failure' && { unhealthy: true };
      this.#context.onChange(this, { from, to, lost, cause: this.errors.present, ...unhealthy });
    }
  }

  #release(previous: MemberState, next: MemberState): void {
    if (next.kind === 'draining' || next.kind === 'closed') this.#succession.end()?.abandon();
    if (previous.kind === 'ready' && next !== previous) previous.health.end();
    if (previous.kind === 'backing-off') previous.timer.cancel();
    if (previous.kind === 'connecting') previous.attempt.abandon();
    if (!('channel' in previous) || ('channel' in next && next.channel === previous.channel)) return;
    if (next.kind === 'ready') return this.#retire(previous, next.replacedFor);
    if (next.kind === 'idle' && next.letGo) return this.#retire(previous, 'unwanted');
    // What is not closed by us is counted where its loss is noticed.
    if (next.kind === 'closed') this.tally.disconnected('subchannel shutdown');
    previous.channel.close();
  }

  #retire({ address, channel }: ReadyState | DrainingState, reason: RetirementReason): void {
    const { clock, maxConnectionAgeGraceMs } = this.#context;
    drainReplaced(this.calls.retire(), formatAddress(address), reason, maxConnectionAgeGraceMs, clock, (cut) => {
      this.tally.disconnected('subchannel shutdown');
      channel.close();
      if (cut > 0) this.#context.onRotation(this, { kind: 'cut', cut, reason });
    });
  }
}
