import type { BalancingPolicy, Clock, Endpoint, Random } from '@fairlead/core';
import type * as grpc from '@grpc/grpc-js';
import type { PoolEmitter } from '../events.js';
import { LastingWarnings } from '../lasting-warnings.js';
import { ConnectionHealth } from './connection-health.js';

/** Of the pool's options, those that matter here. */
export interface HealthCheckOptions {
  readonly clock: Clock;
  readonly random: Random;
  /** False: no server is asked, whatever the service config says. */
  readonly healthChecking: boolean;
}

/**
 * Client-side health checking (gRFC A17) of a pool: which service the servers are asked for, and the health of each
 * connection. Where no service is named, nothing is asked, and each connection costs one small object.
 */
export class HealthChecks {
  readonly #options: HealthCheckOptions;
  readonly #events: PoolEmitter;
  readonly #lasting: LastingWarnings;
  readonly #connections = new Map<grpc.ChannelInterface, ConnectionHealth>();
  readonly #toldOf = new WeakSet<Endpoint>();
  #serviceName: string | undefined;
  #policy: BalancingPolicy | undefined;

  constructor(options: HealthCheckOptions, events: PoolEmitter) {
    this.#options = options;
    this.#events = events;
    this.#lasting = new LastingWarnings(events);
  }

  /** The one of this connection, which begins with the first question for it. */
  of(channel: grpc.ChannelInterface, endpoint: Endpoint): ConnectionHealth {
    const known = this.#connections.get(channel);
    if (known !== undefined) return known;
    this.#warnWhereUnused();
    const { clock, random } = this.#options;
    const health = new ConnectionHealth(channel, this.#asked, {
      clock,
      random,
      onUnimplemented: () => this.#unimplemented(endpoint),
      onEnd: () => this.#connections.delete(channel),
    });
    this.#connections.set(channel, health);
    return health;
  }

  /** @param serviceName what the servers are asked for from now on; `''` is each as a whole, undefined for nothing. */
  configure(serviceName: string | undefined): void {
    this.#serviceName = serviceName;
    this.#askAll();
  }

  /** Another balancing policy is in force. */
  heed(policy: BalancingPolicy): void {
    this.#policy = policy;
    this.#askAll();
  }

  /**
   * A policy that has chosen its one member for as long as it is connected (`pick_first`) would not leave it when it is
   * unhealthy, or be left with none (gRFC A17, A61).
   */
  get #unused(): boolean {
    return this.#policy?.ejectable === false;
  }

  get #asked(): string | undefined {
    return this.#options.healthChecking && !this.#unused ? this.#serviceName : undefined;
  }

  #askAll(): void {
    this.#warnWhereUnused();
    const asked = this.#asked;
    for (const health of [...this.#connections.values()]) health.ask(asked);
  }

  #warnWhereUnused(): void {
    const lasts = this.#serviceName !== undefined && this.#options.healthChecking && this.#unused;
    const message = `healthCheckConfig has no effect: ${this.#policy?.name} does not check the health of its pods`;
    this.#lasting.review('health-check-unused', lasts, message);
  }

  #unimplemented(endpoint: Endpoint): void {
    if (this.#toldOf.has(endpoint) || !this.#events.listens('healthCheckUnimplemented')) return;
    this.#toldOf.add(endpoint);
    this.#events.tell('healthCheckUnimplemented', { endpoint });
  }
}
