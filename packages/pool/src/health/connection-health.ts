import type { MemberConnectivity } from '@fairlead/core';
import type * as grpc from '@grpc/grpc-js';
import type { ActiveCalls } from '../member/active-calls.js';
import { outside } from '../outside.js';
import { ConnectionHold } from '../own-stream/connection-hold.js';
import { HealthWatch, type HealthVerdict, type HealthWatchContext } from './health-watch.js';

/** What the health of a connection needs from its pool. */
export interface ConnectionHealthContext extends HealthWatchContext {
  /** The server at the other end of this connection cannot say how it is. */
  onUnimplemented(): void;
  /** Nobody has the connection any more. */
  onEnd(): void;
}

/** Who has a connection at the moment. */
interface Owner {
  /** Those of the application on the connection. */
  readonly calls: ActiveCalls;
  readonly onChange: () => void;
}

/**
 * Whether the server at the other end of a connection is well enough to be given calls: always, unless it is asked.
 *
 * What is known holds until there is an answer: a service config that begins to ask, or asks for another service, takes
 * nobody out of use (as in grpc-java).
 */
export class ConnectionHealth {
  readonly #channel: grpc.ChannelInterface;
  readonly #context: ConnectionHealthContext;
  #serviceName: string | undefined;
  #verdict: HealthVerdict;
  #owner: Owner | undefined;
  #watch: HealthWatch | undefined;
  #hold: ConnectionHold | undefined;
  #unimplemented = false;
  #ended = false;

  /** @param serviceName undefined to ask for none. Nothing is asked before {@link attach}. */
  constructor(channel: grpc.ChannelInterface, serviceName: string | undefined, context: ConnectionHealthContext) {
    this.#channel = channel;
    this.#serviceName = serviceName;
    this.#context = context;
    this.#verdict = { kind: serviceName === undefined ? 'serving' : 'asked' };
  }

  get connectivity(): MemberConnectivity {
    const { kind } = this.#verdict;
    if (kind === 'serving') return 'ready';
    return kind === 'asked' ? 'connecting' : 'transient-failure';
  }

  /** `unhealthy (NOT_SERVING)`; undefined while it is well, or not known. */
  get reason(): string | undefined {
    return this.#verdict.kind === 'unhealthy' ? this.#verdict.why : undefined;
  }

  /** The connection is somebody's from now on: of the attempt that made it, later of a member. */
  attach(calls: ActiveCalls, onChange: () => void): void {
    if (this.#ended) return;
    const first = this.#owner === undefined;
    this.#owner = { calls, onChange };
    if (first) return this.#begin();
    if (this.#watch !== undefined) this.#holdConnection();
  }

  /** Another service is to be asked for, or none. */
  ask(serviceName: string | undefined): void {
    if (serviceName === this.#serviceName) return;
    this.#serviceName = serviceName;
    this.#stop();
    if (serviceName === undefined) this.#judge({ kind: 'serving' });
    else if (this.#owner !== undefined) this.#begin();
  }

  /** The connection is lost, or not to be used any more. Idempotent. */
  end(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#owner = undefined;
    this.#stop();
    this.#context.onEnd();
  }

  #begin(): void {
    if (this.#serviceName === undefined || this.#unimplemented) return;
    const watch = new HealthWatch(this.#channel, this.#serviceName, this.#context, {
      onVerdict: (verdict) => this.#judge(verdict),
      onUnimplemented: () => this.#forgo(),
      onBegun: () => this.#hold?.review(),
    });
    this.#watch = watch;
    this.#holdConnection();
    // It may be begun in the context of any call, and belongs to none.
    outside(() => watch.begin());
  }

  #holdConnection(): void {
    this.#hold?.end();
    this.#hold = new ConnectionHold(this.#channel, this.#owner!.calls);
  }

  #stop(): void {
    this.#hold?.end();
    this.#hold = undefined;
    this.#watch?.end();
    this.#watch = undefined;
  }

  /** gRFC A17: as if nobody had asked. Another connection may lead to another version of the server. */
  #forgo(): void {
    this.#unimplemented = true;
    this.#stop();
    this.#context.onUnimplemented();
    this.#judge({ kind: 'serving' });
  }

  #judge(verdict: HealthVerdict): void {
    this.#verdict = verdict;
    this.#owner?.onChange();
  }
}
