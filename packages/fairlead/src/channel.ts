import type { ServiceConfig } from '@fairlead/core';
import { interceptorsFor, InterceptedChannel, type BreakerHandle, type PolicyContext } from '@fairlead/interceptors';
import { ChannelHandles, Pool, type ChannelHandle, type PoolEvents, type PoolSnapshot } from '@fairlead/pool';
import * as grpc from '@grpc/grpc-js';
import { withMetrics } from './metrics.js';
import { resolveChannelOptions, type ChannelOptions } from './options.js';

/** What {@link createChannel} makes: an ordinary gRPC channel that can tell more of itself. */
export class Channel extends InterceptedChannel implements grpc.ChannelInterface {
  readonly #pool: Pool;
  readonly #policies: PolicyContext;
  readonly #handles: ChannelHandles;
  readonly #config: ServiceConfig;

  constructor(target: string, credentials: grpc.ChannelCredentials, options: ChannelOptions) {
    const { interceptors, metrics, pool: poolOptions, serviceConfig, ...resolved } = resolveChannelOptions(options);
    const { config, warnings } = serviceConfig;
    const pool = new Pool(target, credentials, poolOptions);
    const policies = withMetrics(resolved.policies, metrics, pool);
    super(pool, (path) => [...interceptors, ...interceptorsFor(config.methodConfig(path), policies, path)]);
    this.#pool = pool;
    this.#policies = policies;
    this.#config = config;
    this.#handles = new ChannelHandles(this);
    // Told when the caller has had the time to listen.
    queueMicrotask(() => warnings.forEach((warning) => pool.warn('service-config', warning)));
  }

  /**
   * Stops: no new calls; calls that wait for a pod or for another attempt fail; those in flight go on for at most
   * `drainGraceMs`. Then nothing is left: no socket, timer or listener; the `closed` event tells when. Idempotent.
   */
  override close(): void {
    this.#policies.close();
    super.close();
  }

  /**
   * A share in this channel: closing it gives the share back, and the channel closes with the last one.
   * @throws Error when the channel is closed.
   */
  handle(): ChannelHandle {
    if (this.getConnectivityState(false) === grpc.connectivityState.SHUTDOWN)
      throw new Error('Channel has been shut down');
    return this.#handles.take();
  }

  /** Starts resolving and connecting without a call. */
  connect(): void {
    this.#pool.connect();
  }

  /** Asks the resolver to look again now. */
  refresh(): void {
    this.#pool.refresh();
  }

  /** Lets pods that back off be connected at once, and the resolver look again: the network is known to be back. */
  resetBackoff(): void {
    this.#pool.resetBackoff();
  }

  /**
   * Connects, and is fulfilled when `minReadyMembers` are ready: before the first call, so that it need not wait.
   *
   * @param options.timeoutMs in ms, default `Infinity`; rejected then, with a text that says what is missing.
   */
  ready(options: { readonly timeoutMs?: number } = {}): Promise<void> {
    return this.#pool.ready(options);
  }

  /** For people: the state of the channel and of each pod, and why those that are not pickable are not. */
  explain(): string {
    return this.#pool.explain();
  }

  /** What the channel is and has at this moment, as plain data. */
  snapshot(): PoolSnapshot {
    return this.#pool.snapshot();
  }

  /**
   * The circuit breaker of a method: its state, its changes, and a way to open and close it by hand.
   *
   * @param path of the method, `/package.Service/Method`.
   * @returns undefined when the service config gives the method no `fairlead.circuitBreaker`.
   */
  breaker(path: string): BreakerHandle | undefined {
    const { circuitBreaker } = this.#config.methodConfig(path);
    return circuitBreaker && this.#policies.breakers.of(path, circuitBreaker);
  }

  on<E extends keyof PoolEvents>(event: E, listener: (...args: PoolEvents[E]) => void): this {
    this.#pool.on(event, listener);
    return this;
  }

  off<E extends keyof PoolEvents>(event: E, listener: (...args: PoolEvents[E]) => void): this {
    this.#pool.off(event, listener);
    return this;
  }
}
