import * as grpc from '@grpc/grpc-js';
import { authorityOf, parseTarget, type ResolverState, type Target } from '@fairlead/core';
import { ChannelHandles, type ChannelHandle } from './channel-handle.js';
import { PoolCall } from './call/pool-call.js';
import { ChannelzPool } from './channelz/channelz-pool.js';
import { createPolicy, createResolver } from './contracts.js';
import { ConnectivityWatch } from './connectivity-watch.js';
import { PoolEmitter, type PoolEvents } from './events.js';
import type { CallArguments, GrpcCall, ParentCall, PropagateFlags } from './grpc-types.js';
import { memberOptions } from './member/member-options.js';
import { Membership } from './membership.js';
import { resolvePoolOptions, type PoolOptions, type ResolvedPoolOptions } from './options.js';
import { Placement } from './placement.js';
import { Pursuit } from './pursuit.js';
import { Readiness } from './readiness.js';
import { Resolution, type ResolutionListener } from './resolution.js';
import { builtInSchemes } from './resolvers/built-in-schemes.js';
import { explainPool } from './explanation.js';
import { takeSnapshot, type PoolSnapshot } from './snapshot.js';
import { WarmUp } from './warm-up.js';

/**
 * A Channel made of Channels: one grpc channel per pod that the target resolves to.
 *
 * Use it wherever grpc-js takes a channel (`channelOverride`, `channelFactoryOverride`). It does nothing until the first
 * call, `connect()`, or `getConnectivityState(true)`. It balances and tracks calls and has no policies of its own: for
 * deadlines and retries put `interceptChannel` over it, or use `createChannel` of `fairlead`, which does both.
 *
 * Whoever makes a pool closes it. Generated clients close the channel they were given: hand them a {@link handle}.
 *
 * @example
 * const pool = new Pool('dns:///greeter.prod:50051', grpc.credentials.createInsecure());
 * const client = new GreeterClient('unused', grpc.credentials.createInsecure(), { channelOverride: pool });
 */
export class Pool implements grpc.ChannelInterface {
  readonly #target: Target;
  readonly #options: ResolvedPoolOptions;
  readonly #events = new PoolEmitter();
  readonly #handles = new ChannelHandles(this);
  readonly #resolution: Resolution;
  readonly #membership: Membership;
  readonly #readiness: Readiness;
  readonly #placement: Placement;
  readonly #watch: ConnectivityWatch;
  readonly #pursuit: Pursuit;
  readonly #warmUp: WarmUp;
  readonly #channelz: ChannelzPool | undefined;
  readonly #answers: ResolutionListener = {
    onState: (state) => this.#onState(state),
    onError: (error) => this.#onError(error),
  };
  #state = grpc.connectivityState.IDLE;
  #closed = false;

  /**
   * @param target `scheme://authority/endpoint`; without a scheme, the default scheme's (`dns`).
   * @param credentials shared by all members; a pod reached by its IP is verified against the target's name.
   * @throws InvalidTargetError, InvalidOptionError.
   */
  constructor(target: string, credentials: grpc.ChannelCredentials, options: PoolOptions = {}) {
    const resolved = resolvePoolOptions(credentials, options);
    const { clock, random } = resolved;
    const { target: parsed, factory } = parseTarget(target, builtInSchemes(resolved));
    this.#target = parsed;
    this.#options = resolved;
    this.#resolution = new Resolution(createResolver(factory, parsed, { clock, random, options: resolved }), clock);
    this.#watch = new ConnectivityWatch(clock);
    this.#pursuit = new Pursuit(clock, () => this.refresh());
    const member = memberOptions(parsed, authorityOf(parsed, factory), credentials, resolved);
    const { counts } = member;
    const shown = { target: parsed.uri, clock, events: this.#events, counts, state: () => this.#state };
    this.#channelz = resolved.channelz ? new ChannelzPool(shown) : undefined;
    this.#membership = new Membership({
      clock,
      random,
      policy: createPolicy(resolved.balancing),
      drainGraceMs: resolved.drainGraceMs,
      events: this.#events,
      member: this.#channelz?.watch(member) ?? member,
      onPicker: () => this.#settle(),
      onTrouble: ({ lost, cause }) => this.#onTrouble(lost, cause),
    });
    this.#readiness = new Readiness(parsed.uri, this.#resolution, this.#membership);
    this.#placement = new Placement(clock, this.#membership, this.#readiness, () => this.connect());
    const enough = (): boolean => this.#readiness.hasReady(resolved.minReadyMembers);
    this.#warmUp = new WarmUp(clock, enough, () => this.explain());
  }

  // ChannelInterface

  createCall(
    path: string,
    deadline: grpc.Deadline,
    host: string | null | undefined,
    parent: ParentCall,
    propagateFlags: PropagateFlags,
  ): GrpcCall {
    // What grpc-js throws for, and when: later, nobody could catch it.
    if (typeof path !== 'string') throw new TypeError('Channel#createCall: method must be a string');
    if (!(typeof deadline === 'number' || deadline instanceof Date)) {
      throw new TypeError('Channel#createCall: deadline must be a number or Date');
    }
    if (this.#closed) throw new Error('Channel has been shut down');
    const args: CallArguments = { path, deadline, host, parent, propagateFlags };
    return new PoolCall(args, this.#placement);
  }

  getTarget(): string {
    return this.#target.uri;
  }

  getConnectivityState(tryToConnect: boolean): grpc.connectivityState {
    if (tryToConnect) this.connect();
    return this.#state;
  }

  /** @throws Error when the channel is closed, as grpc-js does. */
  watchConnectivityState(
    currentState: grpc.connectivityState,
    deadline: Date | number,
    callback: (error?: Error) => void,
  ): void {
    if (this.#closed) throw new Error('Channel has been shut down');
    this.#watch.add(currentState, this.#state, deadline, callback);
  }

  /** Of the pool in `channelzHandlers()`, when it was made with `channelz: true`; otherwise it names the target and nothing else. */
  getChannelzRef(): ReturnType<grpc.ChannelInterface['getChannelzRef']> {
    return { kind: 'channel' as never, id: this.#channelz?.id ?? -1, name: this.#target.uri };
  }

  /**
   * Stops: no new calls, waiting calls fail, calls in flight go on for at most `drainGraceMs`. Then nothing is left: no
   * socket, timer or listener; the `closed` event tells when. Idempotent.
   */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    try {
      this.#resolution.close();
    } finally {
      this.#placement.close();
      this.#pursuit.keep(false);
      this.#warmUp.close();
      this.#setState(grpc.connectivityState.SHUTDOWN);
      this.#membership.close(() => this.#events.tell('closed'));
    }
  }

  // Beyond ChannelInterface

  /** Starts resolving and connecting without a call. */
  connect(): void {
    if (this.#resolution.started || this.#closed) return;
    this.#resolution.start(this.#answers);
    this.#settle();
  }

  /** Asks the resolver to look again now (it keeps its own minimum distance). */
  refresh(): void {
    this.#resolution.refresh(this.#answers);
  }

  /** Lets members that back off connect at once, and the resolver look again: the network is known to be back. */
  resetBackoff(): void {
    for (const member of this.#membership.members) member.resetBackoff();
    this.refresh();
  }

  /**
   * Connects, and is fulfilled when `minReadyMembers` are ready: before the first call, so that it need not wait.
   *
   * @param options.timeoutMs in ms, default `Infinity`; rejected then, with a text that says what is missing.
   * @throws InvalidOptionError
   */
  ready({ timeoutMs = Infinity }: { readonly timeoutMs?: number } = {}): Promise<void> {
    if (this.#closed) return Promise.reject(new Error('Channel has been shut down'));
    this.connect();
    return this.#warmUp.wait(timeoutMs);
  }

  /** For people: the state of the pool and of each member, and why those that are not pickable are not. */
  explain(): string {
    return explainPool(this.snapshot(), this.#membership.members, this.#options.clock.now());
  }

  /** A share in this pool: closing it gives the share back, and the pool closes with the last one. */
  handle(): ChannelHandle {
    if (this.#closed) throw new Error('Channel has been shut down');
    return this.#handles.take();
  }

  on<E extends keyof PoolEvents>(event: E, listener: (...args: PoolEvents[E]) => void): this {
    this.#events.on(event, listener as never);
    return this;
  }

  off<E extends keyof PoolEvents>(event: E, listener: (...args: PoolEvents[E]) => void): this {
    this.#events.off(event, listener as never);
    return this;
  }

  /** Raises a `warning` event, for what is built on the pool. */
  warn(code: string, message: string): void {
    if (this.#events.listens('warning')) this.#events.tell('warning', { code, message });
  }

  /** What the pool is and has at this moment, as plain data. */
  snapshot(): PoolSnapshot {
    return takeSnapshot({
      target: this.#target.uri,
      state: this.#state,
      policy: this.#membership.policyName,
      now: this.#options.clock.now(),
      waitingCalls: this.#placement.waitingCalls,
      membership: this.#membership,
      resolution: this.#resolution,
    });
  }

  // What the parts report

  #onState(state: ResolverState): void {
    const { endpoints } = state;
    if (endpoints.length === 0 && this.#membership.members.length > 0) {
      this.warn('resolver-empty', `${this.#target.uri} resolved to nothing; its last known pods stay in use`);
    } else {
      this.#membership.reconcile(endpoints);
    }
    if (state.serviceConfig !== undefined) {
      this.warn(
        'service-config-ignored',
        `the resolver of ${this.#target.uri} sent a service config, which is not applied`,
      );
    }
    this.#settle();
  }

  #onError(error: Error): void {
    if (this.#events.listens('resolverError')) this.#events.tell('resolverError', error);
    this.#settle();
  }

  #onTrouble(lost: boolean, cause: string | undefined): void {
    this.#readiness.trouble(this.#options.clock.now(), lost, cause);
    this.refresh();
  }

  /** After every change: the state is told, and waiting calls get another chance. */
  #settle(): void {
    if (this.#closed) return;
    this.#setState(this.#readiness.state());
    this.#pursuit.keep(this.#readiness.needsNews());
    this.#placement.retryWaiting();
    this.#warmUp.review();
  }

  #setState(state: grpc.connectivityState): void {
    const previous = this.#state;
    if (previous === state) return;
    this.#state = state;
    this.#watch.changed(state);
    if (!this.#events.listens('state')) return;
    this.#events.tell('state', { from: grpc.connectivityState[previous], to: grpc.connectivityState[state] });
  }
}
