import * as grpc from '@grpc/grpc-js';
import { formatAddress, type Address, type Endpoint } from '@fairlead/core';
import { ConnectingSocket } from './connecting-socket.js';
import { askLastError } from './last-error.js';
import type { MemberContext } from './member-context.js';

/** What becomes of an attempt; one of the two is called, once, unless it is abandoned before. */
export interface AddressAttemptListener {
  /** TCP, TLS and the server's SETTINGS are there. The channel is the listener's now. */
  connected(attempt: AddressAttempt, channel: grpc.ChannelInterface): void;
  /** Nothing is left of the attempt. */
  failed(attempt: AddressAttempt, cause: string): void;
}

/** One attempt to connect to one address of an endpoint: a channel of its own. It ends by itself only if grpc-js says so. */
export class AddressAttempt {
  readonly address: Address;
  /** Why it failed. */
  cause: string | undefined;
  readonly #channel: grpc.ChannelInterface;
  readonly #listener: AddressAttemptListener;
  readonly #socket = new ConnectingSocket();
  #over = false;

  /** @param endpoint with this address alone. */
  constructor(endpoint: Endpoint, context: MemberContext, listener: AddressAttemptListener) {
    this.address = endpoint.addresses[0];
    this.#channel = context.createChannel(endpoint);
    this.#listener = listener;
  }

  /** `10.0.0.1:50051`. */
  get name(): string {
    return formatAddress(this.address);
  }

  start(): void {
    this.#socket.run(() => this.#channel.getConnectivityState(true));
    this.#watch(grpc.connectivityState.IDLE);
  }

  /** Gives up, and the socket with it. Idempotent; nothing after the end. */
  abandon(): void {
    if (this.#over) return;
    this.#over = true;
    this.#channel.close();
    this.#socket.abandon();
  }

  #watch(from: grpc.connectivityState): void {
    const current = this.#channel.getConnectivityState(false);
    if (current !== from) return this.#changed(current);
    this.#channel.watchConnectivityState(from, Infinity, () => {
      ConnectingSocket.leave(() => {
        if (!this.#over) this.#watch(from);
      });
    });
  }

  #changed(current: grpc.connectivityState): void {
    if (current === grpc.connectivityState.READY) this.#connected();
    else if (current !== grpc.connectivityState.TRANSIENT_FAILURE) this.#watch(current);
    else {
      this.#socket.abandon();
      askLastError(this.#channel, (reason) => this.#fail(reason));
    }
  }

  #connected(): void {
    this.#over = true;
    this.#socket.release();
    this.#listener.connected(this, this.#channel);
  }

  #fail(cause: string): void {
    if (this.#over) return;
    this.abandon();
    this.cause = cause;
    this.#listener.failed(this, cause);
  }
}
