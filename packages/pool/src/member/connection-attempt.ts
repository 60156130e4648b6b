import * as grpc from '@grpc/grpc-js';
import { formatAddress, type Endpoint, type Timer } from '@fairlead/core';
import { describeConnectFailure } from './connect-failure.js';
import { ConnectingSocket } from './connecting-socket.js';
import { askLastError } from './last-error.js';
import type { MemberContext } from './member-context.js';

/** What becomes of an attempt; one of the two is called, once, unless it is abandoned before. */
export interface AttemptListener {
  /** TCP, TLS and the server's SETTINGS are there. The channel is the listener's now. */
  connected(attempt: ConnectionAttempt, channel: grpc.ChannelInterface): void;
  /** Nothing is left of the attempt. */
  failed(attempt: ConnectionAttempt, cause: string): void;
}

/** One attempt to connect to an endpoint: a channel of its own, bounded by the connect timeout. */
export class ConnectionAttempt {
  readonly #endpoint: Endpoint;
  readonly #context: MemberContext;
  readonly #listener: AttemptListener;
  readonly #socket = new ConnectingSocket();
  #channel: grpc.ChannelInterface | undefined;
  #deadline: Timer | undefined;
  #over = false;
  #credentialsRevision = 0;

  constructor(endpoint: Endpoint, context: MemberContext, listener: AttemptListener) {
    this.#endpoint = endpoint;
    this.#context = context;
    this.#listener = listener;
  }

  /** What the connection is made with. */
  get credentialsRevision(): number {
    return this.#credentialsRevision;
  }

  /** May fail before it returns. */
  start(): void {
    const { clock, connectTimeoutMs } = this.#context;
    const channel = this.#createChannel();
    if (channel === undefined) return;
    this.#deadline = clock.schedule(connectTimeoutMs, () => {
      this.#fail(`connect to ${this.#address} timed out after ${connectTimeoutMs} ms`);
    });
    this.#socket.run(() => channel.getConnectivityState(true));
    this.#watch(channel, grpc.connectivityState.IDLE);
  }

  /** Gives up, and the socket with it. Idempotent; nothing after the end. */
  abandon(): void {
    if (this.#over) return;
    this.#over = true;
    this.#deadline?.cancel();
    this.#channel?.close();
    this.#socket.abandon();
  }

  get #address(): string {
    return formatAddress(this.#endpoint.addresses[0]);
  }

  /** Undefined when it cannot be made, for want of credentials: the attempt has failed then. */
  #createChannel(): grpc.ChannelInterface | undefined {
    try {
      this.#channel = this.#context.createChannel(this.#endpoint);
      this.#credentialsRevision = this.#context.credentialsRevision();
    } catch (error) {
      this.#fail(`connect to ${this.#address} failed: ${error instanceof Error ? error.message : String(error)}`);
    }
    return this.#channel;
  }

  #watch(channel: grpc.ChannelInterface, from: grpc.connectivityState): void {
    const current = channel.getConnectivityState(false);
    if (current !== from) return this.#changed(channel, current);
    channel.watchConnectivityState(from, Infinity, () => {
      ConnectingSocket.leave(() => {
        if (!this.#over) this.#watch(channel, from);
      });
    });
  }

  #changed(channel: grpc.ChannelInterface, current: grpc.connectivityState): void {
    if (current === grpc.connectivityState.READY) this.#connected(channel);
    else if (current !== grpc.connectivityState.TRANSIENT_FAILURE) this.#watch(channel, current);
    else {
      this.#socket.abandon();
      const { secure } = this.#context;
      askLastError(channel, (reason) => this.#fail(describeConnectFailure(this.#address, reason, secure)));
    }
  }

  #connected(channel: grpc.ChannelInterface): void {
    this.#over = true;
    this.#deadline?.cancel();
    this.#socket.release();
    this.#listener.connected(this, channel);
  }

  #fail(cause: string): void {
    if (this.#over) return;
    this.abandon();
    this.#listener.failed(this, cause);
  }
}
