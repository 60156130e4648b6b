import * as grpc from '@grpc/grpc-js';
import {
  authorityOf,
  parseTarget,
  watchLoop,
  type BalancingPolicy,
  type Resolver,
  type ResolverState,
  type Target,
  type WatchedStalls,
} from '@fairlead/core';
import { AggregateState } from './aggregate-state.js';
import { ConfigDelivery, type ServiceConfigTaker } from './config-delivery.js';
import { ChannelHandles, type ChannelHandle } from './channel-handle.js';
import { callArguments } from './call/call-arguments.js';
import { PoolCall } from './call/pool-call.js';
import { ChannelzPool } from './channelz/channelz-pool.js';
import { createPolicy, createResolver } from './contracts.js';
import { logPool } from './pool-log.js';
import { CredentialsWatch } from './credentials/credentials-watch.js';
import { PoolEmitter, type PoolEvents } from './events.js';
import { Idleness } from './idleness.js';
import type { CreateCallArguments, GrpcCall } from './grpc-types.js';
import { LastingWarnings } from './lasting-warnings.js';
import { memberOptions } from './member/member-options.js';
import { Membership } from './membership.js';
import { resolvePoolOptions, type PoolOptions, type ResolvedPoolOptions } from './options.js';
import { outside } from './outside.js';
import { Placement } from './placement.js';
import { Pursuit } from './pursuit.js';
import { Readiness } from './readiness.js';
import { warnOfAnswer } from './warn-of-answer.js';
import { Resolution, type PassedOver, type ResolutionListener } from './resolution.js';
import { builtInSchemes, resolverContext } from './resolvers/built-in-schemes.js';
import { explainPool } from './explanation.js';
import { stallNews } from './stall-news.js';
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
  readonly #lasting = new LastingWarnings(this.#events);
  readonly #handles = new ChannelHandles(this);
  readonly #credentials: CredentialsWatch;
  readonly #stalls: WatchedStalls;
  readonly #resolution: Resolution;
  readonly #membership: Membership;
  readonly #readiness: Readiness;
  readonly #placement: Placement;
  readonly #state: AggregateState;
  readonly #pursuit: Pursuit;
  readonly #warmUp: WarmUp;
  readonly #configs: ConfigDelivery;
  readonly #idleness: Idleness;
  readonly #channelz: ChannelzPool | undefined;
  readonly #answers: ResolutionListener = {
    accept: (state, first) => this.#configs.deliver(state, first),
    onState: (state, passedOver) => this.#onState(state, passedOver),
    onError: (error) => {
      if (this.#events.listens('resolverError')) this.#events.tell('resolverError', error);
      this.#settle();
    },
  };
  #closed = false;

  /**
   * @param target `scheme://authority/endpoint`; without a scheme, the default scheme's (`dns`).
   * @param credentials shared by all members; a pod reached by its IP is verified against the target's name.
   * @throws InvalidTargetError, InvalidOptionError.
   */
  constructor(target: string, credentials: grpc.ChannelCredentials, options: PoolOptions = {}) {
    const resolved = resolvePoolOptions(credentials, options);
    const policy = createPolicy(resolved.balancing);
    const { clock, logger, random } = resolved;
    const { target: parsed, factory } = parseTarget(target, builtInSchemes(resolved));
    if (logger !== undefined) logPool(this.#events, { logger, clock, target: parsed.uri });
    this.#target = parsed;
    this.#options = resolved;
    this.#configs = new ConfigDelivery(parsed.uri, (code, message) => this.warn(code, message));
    const newResolver = (): Resolver => createResolver(factory, parsed, resolverContext(resolved));
    this.#resolution = new Resolution(newResolver, clock, (news) => this.#events.tellNews(news));
    this.#stalls = watchLoop(clock, resolved.eventLoopStallMs, stallNews(this.#events), outside);
    this.#state = new AggregateState(clock, this.#events);
    this.#credentials = new CredentialsWatch(credentials, clock, {
      onRenewed: () => this.#membership.renewConnections(),
      onStale: ({ message }) => this.warn('credentials-stale', `older credentials stay in use: ${message}`),
    });
    this.#pursuit = new Pursuit(clock, () => this.refresh());
    const authority = authorityOf(parsed, factory);
    const member = memberOptions(parsed, authority, this.#credentials, resolved, this.#stalls, this.#events);
    const shown = { target: parsed.uri, clock, events: this.#events, counts: member.counts, state: this.#state };
    this.#channelz = resolved.channelz ? new ChannelzPool(shown) : undefined;
    this.#membership = new Membership({
      clock,
      random,
      policy,
      drainGraceMs: resolved.drainGraceMs,
      events: this.#events,
      member: this.#channelz?.watch(member) ?? member,
      onPicker: () => this.#settle(),
      onTrouble: ({ lost, cause }) => {
        this.#readiness.trouble(clock.now(), lost, cause);
        this.refresh();
      },
    });
    this.#readiness = new Readiness(parsed.uri, this.#resolution, this.#membership);
    this.#idleness = new Idleness(clock, resolved.idleTimeoutMs, () => this.#fallIdle());
    const wake = (): void => this.#wake();
    this.#placement = new Placement(clock, this.#stalls, this.#membership, this.#readiness, this.#idleness, wake);
    this.#warmUp = new WarmUp(resolved, this.#idleness, this.#readiness, this.#placement, () => this.explain());
  }

  createCall(...given: CreateCallArguments): GrpcCall {
    const args = callArguments(...given);
    if (this.#closed) throw new Error('Channel has been shut down');
    return new PoolCall(args, this.#placement);
  }

  getTarget(): string {
    return this.#target.uri;
  }

  getConnectivityState(tryToConnect: boolean): grpc.connectivityState {
    if (tryToConnect) this.connect();
    return this.#state.current;
  }

  /** @throws Error when the channel is closed, as grpc-js does. */
  watchConnectivityState(
    currentState: grpc.connectivityState,
    deadline: Date | number,
    callback: (error?: Error) => void,
  ): void {
    if (this.#closed) throw new Error('Channel has been shut down');
    this.#state.watch(currentState, deadline, callback);
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
      this.#credentials.close();
      this.#warmUp.close();
      this.#idleness.close();
      this.#state.set(grpc.connectivityState.SHUTDOWN);
      this.#membership.close(() => this.#events.tell('closed'));
    }
  }

  /** Starts resolving and connecting without a call. Counts as use: the idle timeout begins anew. */
  connect(): void {
    this.#wake();
    this.#placement.seekConnection();
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
   * Rejected with an InvalidOptionError, and nothing is connected, when it is no such time.
   */
  ready({ timeoutMs = Infinity }: { readonly timeoutMs?: number } = {}): Promise<void> {
    if (this.#closed) return Promise.reject(new Error('Channel has been shut down'));
    return this.#warmUp.wait(timeoutMs, () => this.connect());
  }

  /** For people: the state of the pool and of each member, and why those that are not pickable are not. */
  explain(): string {
    return explainPool(this.snapshot(), this.#membership, this.#options.clock.now());
  }

  /** A share in this pool: closing it gives the share back, and the pool closes with the last one. */
  handle(): ChannelHandle {
    if (this.#closed) throw new Error('Channel has been shut down');
    return this.#handles.take();
  }

  on<E extends keyof PoolEvents>(event: E, listener: (...args: PoolEvents[E]) => void): this {
    this.#events.on(event, listener);
    return this;
  }

  off<E extends keyof PoolEvents>(event: E, listener: (...args: PoolEvents[E]) => void): this {
    this.#events.off(event, listener);
    return this;
  }

  /** Raises a `warning` event, for what is built on the pool. */
  warn(code: string, message: string): void {
    this.#events.warn(code, message);
  }

  /** Hands the service configs of the resolver to what is built on the pool; without it they are ignored with a warning. */
  takeServiceConfigs(taker: ServiceConfigTaker): void {
    this.#configs.take(taker);
  }

  /**
   * Balances by another policy from now on; one of the same name goes on with what was learnt. Connections and calls stay.
   * @throws InvalidOptionError when it makes no policy; what it or the policy's `createLoad` throws. Then nothing has changed.
   */
  setBalancing(balancing: () => BalancingPolicy): void {
    this.#membership.setPolicy(createPolicy(balancing));
  }

  /** Servers must say that this service (`''`: the whole) is SERVING to get calls (gRFC A17); undefined asks nobody. */
  setHealthCheck(serviceName: string | undefined): void {
    this.#membership.health.configure(serviceName);
  }

  /** What the pool is and has at this moment, as plain data. */
  snapshot(): PoolSnapshot {
    return takeSnapshot({
      target: this.#target.uri,
      state: this.#state.current,
      policy: this.#membership.policyName,
      now: this.#options.clock.now(),
      waitingCalls: this.#placement.waitingCalls,
      idleForMs: this.#idleness.idleForMs,
      stalls: this.#stalls.counts,
      membership: this.#membership,
      resolution: this.#resolution,
    });
  }

  #wake(): void {
    if (this.#resolution.started || this.#closed) return;
    outside(() => {
      this.#resolution.start(this.#answers);
      this.#membership.wake();
      this.#idleness.begin();
      this.#settle();
    });
  }

  /** Nobody uses the pool: nothing runs any more, and what is known stays, so that the next call finds its pods at once. */
  #fallIdle(): void {
    if (!this.#resolution.stop(this.#answers)) return;
    this.#membership.sleep();
    this.#credentials.sleep();
    this.#settle();
  }

  #onState({ endpoints }: ResolverState, passedOver: PassedOver): void {
    const isLost = endpoints.length === 0 && this.#membership.members.length > 0;
    warnOfAnswer(this.#lasting, this.#target.uri, isLost, passedOver);
    if (!isLost) this.#membership.reconcile(endpoints);
    this.#settle();
  }

  /** After every change: the state is told, and waiting calls get another chance. */
  #settle(): void {
    if (this.#closed) return;
    this.#state.set(this.#readiness.state());
    this.#pursuit.keep(this.#readiness.needsNews());
    this.#placement.retryWaiting();
    this.#warmUp.review();
  }
}
