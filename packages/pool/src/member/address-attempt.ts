import * as grpc from '@grpc/grpc-js';
import { formatAddress, type Address, type Endpoint } from '@fairlead/core';
import { describeConnectFailure } from './connect-failure.js';
import { ConnectingSocket } from './connecting-socket.js';
import { ConnectionEnd } from './disconnect-reason.js';
import { askLastError } from './last-error.js';
import type { MemberContext } from './member-context.js';

/** What becomes of an attempt; one of the two is called, once, unless it is abandoned before. */
export interface AddressAttemptListener {
  /** TCP, TLS and the server's SETTINGS are there. The channel is the listener's now. */
  connected(attempt: AddressAttempt, channel: grpc.ChannelInterface, end: ConnectionEnd): void;
  /** Nothing is left of the attempt. */
  failed(attempt: AddressAttempt, cause: string): void;
}

/** One attempt to connect to one address of an endpoint: a channel of its own. It ends by itself only if grpc-js says so. */
export class AddressAttempt {
  readonly address: Address;
  /** Why it failed. */
  cause: string | undefined;
  readonly #endpoint: Endpoint;
  readonly #context: MemberContext;
  readonly #listener: AddressAttemptListener;
  readonly #socket = new ConnectingSocket();
  #channel: grpc.ChannelInterface | undefined;
  #credentialsRevision = 0;
  #over = false;

  /** @param endpoint with this address alone. */
  constructor(endpoint: Endpoint, context: MemberContext, listener: AddressAttemptListener) {
    this.address = endpoint.addresses[0];
    this.#endpoint = endpoint;
    this.#context = context;
    this.#listener = listener;
  }

  /** `10.0.0.1:50051`. */
  get name(): string {
    return formatAddress(this.address);
  }

  /** What the connection is made with. */
  get credentialsRevision(): number {
    return this.#credentialsRevision;
  }

  /** May fail before it returns. */
  start(): void {
    const channel = this.#createChannel();
    if (channel === undefined) return;
    this.#socket.run(() => channel.getConnectivityState(true));
    this.#watch(channel, grpc.connectivityState.IDLE);
  }

  /** Gives up, and the socket with it. Idempotent; nothing after the end. */
  abandon(): void {
    if (this.#over) return;
    this.#over = true;
    this.#channel?.close();
    this.#socket.abandon();
  }

  /** Undefined when it cannot be made, for want of credentials: the attempt has failed then. */
  #createChannel(): grpc.ChannelInterface | undefined {
    try {
      this.#channel = this.#context.createChannel(this.#endpoint);
      this.#credentialsRevision = this.#context.credentialsRevision();
    } catch (error) {
      this.#fail(`connect to ${this.name} failed: ${error instanceof Error ? error.message : String(error)}`);
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
      askLastError(channel, (reason) => this.#fail(describeConnectFailure(this.name, reason, secure)));
    }
  }

  #connected(channel: grpc.ChannelInterface): void {
    this.#over = true;
    const socket = this.#socket.release();
    const { counts, keepalive } = this.#context;
    counts.connectionAttemptsSucceeded += 1;
    this.#listener.connected(this, channel, new ConnectionEnd(socket, keepalive));
  }

  #fail(cause: string): void {
    if (this.#over) return;
    this.abandon();
    this.#context.counts.connectionAttemptsFailed += 1;
    this.cause = cause;
    this.#listener.failed(this, cause);
  }
}
