import * as grpc from '@grpc/grpc-js';
import { formatAddress, type Endpoint, type Timer } from '@fairlead/core';
import { ConnectingSocket } from './connecting-socket.js';
import { ConnectionEnd } from './disconnect-reason.js';
import { askLastError } from './last-error.js';
import type { MemberContext } from './member-context.js';

/** What becomes of an attempt; one of the two is called, once, unless it is abandoned before. */
export interface AttemptListener {
  /** TCP, TLS and the server's SETTINGS are there. The channel is the listener's now. */
  connected(attempt: ConnectionAttempt, channel: grpc.ChannelInterface, end: ConnectionEnd | undefined): void;
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

  constructor(endpoint: Endpoint, context: MemberContext, listener: AttemptListener) {
    this.#endpoint = endpoint;
    this.#context = context;
    this.#listener = listener;
  }

  start(): void {
    const { clock, connectTimeoutMs } = this.#context;
    const channel = this.#context.createChannel(this.#endpoint);
    this.#channel = channel;
    this.#deadline = clock.schedule(connectTimeoutMs, () => {
      this.#fail(`connect to ${formatAddress(this.#endpoint.addresses[0])} timed out after ${connectTimeoutMs} ms`);
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
      askLastError(channel, (reason) => this.#fail(reason));
    }
  }

  #connected(channel: grpc.ChannelInterface): void {
    this.#over = true;
    this.#deadline?.cancel();
    const socket = this.#socket.release();
    const { counts, keepalive } = this.#context;
    counts.connectionAttemptsSucceeded += 1;
    this.#listener.connected(this, channel, socket && new ConnectionEnd(socket, keepalive));
  }

  #fail(cause: string): void {
    if (this.#over) return;
    this.abandon();
    this.#context.counts.connectionAttemptsFailed += 1;
    this.#listener.failed(this, cause);
  }
}
