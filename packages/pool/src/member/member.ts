import * as grpc from '@grpc/grpc-js';
import {
  formatAddress,
  type Backoff,
  type Endpoint,
  type Load,
  type MemberConnectivity,
  type MemberView,
} from '@fairlead/core';
import type { CallArguments, GrpcCall } from '../grpc-types.js';
import { ActiveCalls } from './active-calls.js';
import { ConnectingSocket } from './connecting-socket.js';
import { askLastError } from './last-error.js';
import type { MemberContext } from './member-context.js';
import { connectivityOf, type ConnectingState, type MemberState, type ReadyState } from './member-state.js';

/**
 * One endpoint taken into the pool: its connection, its load, its calls.
 *
 * A connection that is lost is replaced at once, unless it lived shorter than the first step of the backoff: a server that
 * accepts and hangs up must not be met in a tight loop. Until one lives longer, the backoff goes on growing.
 */
export class Member implements MemberView {
  readonly load: Load;
  readonly calls = new ActiveCalls();
  #endpoint: Endpoint;
  #state: MemberState = { kind: 'idle' };
  #failing = false;
  /** What the pool was told last. */
  #shown: MemberConnectivity = 'idle';
  #lastError: string | undefined;
  #backoff: Backoff;
  /** Grows with every transition: events of an earlier life are told by it and dropped. */
  #epoch = 0;
  readonly #context: MemberContext;

  constructor(endpoint: Endpoint, load: Load, context: MemberContext) {
    this.#endpoint = endpoint;
    this.load = load;
    this.#context = context;
    this.#backoff = context.backoff;
  }

  get endpoint(): Endpoint {
    return this.#endpoint;
  }

  get connectivity(): MemberConnectivity {
    return connectivityOf(this.#state, this.#failing);
  }

  get state(): MemberState['kind'] {
    return this.#state.kind;
  }

  /** Why the member is or was last not connected. */
  get lastError(): string | undefined {
    return this.#lastError;
  }

  /** `10.0.0.1:50051`. */
  get address(): string {
    return formatAddress(this.#endpoint.addresses[0]);
  }

  /** The same pod, newly reported. A changed address does not touch a live connection; the next one uses it. */
  update(endpoint: Endpoint): void {
    this.#endpoint = endpoint;
  }

  /** Starts to connect when idle. A member that backs off connects when its time has come, and not before. */
  connect(): void {
    if (this.#state.kind === 'idle') this.#connect();
  }

  /**
   * Whether a call can be given to this member right now. Sees a loss that grpc-js has not reported yet and acts on it.
   */
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
    this.#transition({ kind: 'draining', channel: state.channel });
  }

  /** Ends the connection without touching the calls that are on the wire: they run on until they end. Idempotent. */
  close(): void {
    if (this.#state.kind !== 'closed') this.#transition({ kind: 'closed' });
  }

  #connect(): void {
    const { clock, connectTimeoutMs } = this.#context;
    const channel = this.#context.createChannel(this.#endpoint);
    const socket = new ConnectingSocket();
    const deadline = clock.schedule(connectTimeoutMs, () => this.#timedOut(state));
    const state: ConnectingState = { kind: 'connecting', channel, socket, deadline };
    this.#transition(state);
    if (this.#state !== state) return;
    socket.run(() => channel.getConnectivityState(true));
    this.#watch(state, grpc.connectivityState.IDLE);
  }

  /** Follows the channel until it leaves the life that `state` stands for. */
  #watch(state: ConnectingState | ReadyState, from: grpc.connectivityState): void {
    const epoch = this.#epoch;
    const current = state.channel.getConnectivityState(false);
    if (current !== from) return this.#channelChanged(state, current);
    state.channel.watchConnectivityState(from, Infinity, () => {
      ConnectingSocket.leave(() => {
        if (epoch === this.#epoch) this.#watch(state, from);
      });
    });
  }

  #channelChanged(state: ConnectingState | ReadyState, current: grpc.connectivityState): void {
    if (state.kind === 'ready') return this.#lose(state);
    switch (current) {
      case grpc.connectivityState.READY:
        return this.#connected(state);
      case grpc.connectivityState.TRANSIENT_FAILURE:
        return this.#refused(state);
      default:
        return this.#watch(state, current);
    }
  }

  #connected({ channel, socket }: ConnectingState): void {
    socket.release();
    this.#failing = false;
    this.#lastError = undefined;
    const ready: ReadyState = { kind: 'ready', channel, since: this.#context.clock.now() };
    this.#transition(ready);
    if (this.#state === ready) this.#watch(ready, grpc.connectivityState.READY);
  }

  #refused(state: ConnectingState): void {
    const epoch = this.#epoch;
    state.socket.abandon();
    askLastError(state.channel, (reason) => {
      if (epoch === this.#epoch) this.#fail(reason, false);
    });
  }

  #timedOut(state: ConnectingState): void {
    if (this.#state !== state) return;
    this.#fail(`connect to ${this.address} timed out after ${this.#context.connectTimeoutMs} ms`, false);
  }

  #lose(state: ReadyState): void {
    const lived = this.#context.clock.now() - state.since;
    if (lived < this.#context.backoff.baseMs) {
      this.#fail(`connection to ${this.address} ended after ${Math.round(lived)} ms`, true);
      return;
    }
    this.#backoff = this.#context.backoff;
    this.#lastError = `connection to ${this.address} was lost`;
    this.#transition({ kind: 'idle' }, true);
    this.connect();
  }

  #fail(cause: string, lost: boolean): void {
    const { clock, random } = this.#context;
    this.#failing = true;
    this.#lastError = cause;
    const delayMs = this.#backoff.delayMs(random);
    this.#backoff = this.#backoff.next();
    const timer = clock.schedule(delayMs, () => this.#connect());
    this.#transition({ kind: 'backing-off', timer, until: clock.now() + delayMs }, lost);
  }

  /**
   * The only place where the state changes: releases what the old state owned, then tells the pool. The new epoch begins
   * before the release, because a channel that is closed calls its watchers.
   */
  #transition(next: MemberState, lost = false): void {
    const previous = this.#state;
    this.#state = next;
    this.#epoch += 1;
    this.#release(previous, next);
    if (next.kind === 'draining' || next.kind === 'closed') return;
    const from = this.#shown;
    const to = this.connectivity;
    this.#shown = to;
    if (from !== to || lost || next.kind === 'backing-off') {
      this.#context.onChange(this, { from, to, lost, cause: to === 'ready' ? undefined : this.#lastError });
    }
  }

  #release(previous: MemberState, next: MemberState): void {
    if (previous.kind === 'backing-off') previous.timer.cancel();
    if (previous.kind === 'connecting') previous.deadline.cancel();
    if ('channel' in previous && !('channel' in next && next.channel === previous.channel)) previous.channel.close();
    if (previous.kind === 'connecting' && next.kind !== 'ready') previous.socket.abandon();
  }
}
