import { EventLog, systemClock } from '@fairlead/core';
import { interceptorsFor, InterceptedChannel, type BreakerHandle, type PolicyContext } from '@fairlead/interceptors';
import { ChannelHandles, logEvents, Pool, type ChannelHandle, type PoolSnapshot } from '@fairlead/pool';
import * as grpc from '@grpc/grpc-js';
import type { ChannelEvents } from './events/channel-events.js';
import { CHANNEL_EVENT_CODES } from './events/event-codes.js';
import { POLICY_EVENT_LINES } from './events/event-lines.js';
import { isPolicyEvent, PolicyEmitter } from './events/policy-emitter.js';
import { withMetrics } from './metrics.js';
import { resolveChannelOptions, type ChannelOptions } from './options.js';
import { applyReplacement, type ConfigFollowers } from './service-config/apply-replacement.js';
import type {
  ConfigReplacement,
  LiveServiceConfig,
  ServiceConfigStanding,
} from './service-config/live-service-config.js';
import type { ServiceConfigJson } from './service-config-json.js';

/** A channel at one moment. Plain data, fit for `JSON.stringify`. */
export interface ChannelSnapshot extends PoolSnapshot {
  readonly serviceConfig: ServiceConfigStanding;
}

/** What {@link createChannel} makes: an ordinary gRPC channel that can tell more of itself. */
export class Channel extends InterceptedChannel implements grpc.ChannelInterface {
  readonly #pool: Pool;
  readonly #policies: PolicyContext;
  readonly #handles: ChannelHandles;
  readonly #config: LiveServiceConfig;
  readonly #followers: ConfigFollowers;
  readonly #events: PolicyEmitter;

  constructor(target: string, credentials: grpc.ChannelCredentials, options: ChannelOptions) {
    const resolved = resolveChannelOptions(target, options);
    const { interceptors, metrics, pool: poolOptions, serviceConfig: config, budget, channelWide } = resolved;
    const pool = new Pool(target, credentials, poolOptions);
    pool.setHealthCheck(config.current.healthCheck?.serviceName);
    const policies = withMetrics(resolved.policies, metrics, pool);
    super(pool, (path) => [...interceptors, ...interceptorsFor(config.methodConfig(path), policies, path)]);
    this.#pool = pool;
    this.#policies = policies;
    this.#config = config;
    this.#followers = { channel: this, pool, policies, budget, channelWide };
    this.#handles = new ChannelHandles(this);
    this.#events = new PolicyEmitter(policies.breakers);
    const { clock = systemClock, logger } = poolOptions;
    if (logger !== undefined) {
      const log = new EventLog({ logger, clock, target: pool.getTarget(), codes: CHANNEL_EVENT_CODES });
      logEvents(this.#events, POLICY_EVENT_LINES, log);
    }
    this.#followConfig();
    // Told when the caller has had the time to listen.
    queueMicrotask(() => this.#warn(resolved.warnings));
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

  /**
   * For people: the state of the channel and of each pod, and why those that are not pickable are not; and why the service
   * config of the resolver is not in force, when it is invalid.
   */
  explain(): string {
    const { refused, source } = this.#config.standing;
    const pods = this.#pool.explain();
    if (refused === undefined) return pods;
    return `${pods}\nthe service config of the resolver is refused, the one in force is from: ${source}; ${refused}`;
  }

  /** What the channel is and has at this moment, as plain data. */
  snapshot(): ChannelSnapshot {
    return { ...this.#pool.snapshot(), serviceConfig: this.#config.standing };
  }

  /**
   * Replaces the service config, also one of the options or of the resolver, whose later ones do not count any more. It
   * holds for the calls that follow; calls in flight keep theirs. What it does not change keeps its state: breakers,
   * budgets, connections, and the loads of a balancing policy that stays. The event `serviceConfig` tells when it is in force.
   *
   * @param config the whole of it, not a difference.
   * @throws InvalidServiceConfigError that lists every problem, or what a balancing policy of yours throws when it is made;
   * then the old one stays. Error when the channel is closed.
   */
  setServiceConfig(config: ServiceConfigJson): void {
    if (this.getConnectivityState(false) === grpc.connectivityState.SHUTDOWN)
      throw new Error('Channel has been shut down');
    this.#config.set(config);
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

  /**
   * Calls back at every event of this name; all of them stand in `docs/reference/events.md`. What a listener throws is an
   * uncaught exception of its own. An event that nobody listens to is not even built.
   */
  on<E extends keyof ChannelEvents>(event: E, listener: (...args: ChannelEvents[E]) => void): this {
    if (isPolicyEvent(event)) this.#events.on(event, listener as never);
    else this.#pool.on(event, listener as never);
    return this;
  }

  /** Takes the listener off again. */
  off<E extends keyof ChannelEvents>(event: E, listener: (...args: ChannelEvents[E]) => void): this {
    if (isPolicyEvent(event)) this.#events.off(event, listener as never);
    else this.#pool.off(event, listener as never);
    return this;
  }

  #followConfig(): void {
    const pool = this.#pool;
    this.#config.listen({
      onReplaced: (replacement) => this.#replaceConfig(replacement),
      onIgnored: () => {
        const message = `the resolver of ${pool.getTarget()} sent a service config, which is not applied: the application gave one`;
        pool.warn('service-config-ignored', message);
      },
    });
    pool.takeServiceConfigs((config) => this.#config.receive(config));
  }

  #replaceConfig(replacement: ConfigReplacement): void {
    const change = applyReplacement(replacement, this.#followers);
    this.#warn(replacement.warnings);
    if (this.#events.listens('serviceConfig')) this.#events.tell('serviceConfig', change);
  }

  #warn(warnings: readonly string[]): void {
    for (const warning of warnings) this.#pool.warn('service-config', warning);
  }
}
