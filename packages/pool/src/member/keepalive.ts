import { constants } from 'node:http2';
import * as grpc from '@grpc/grpc-js';
import type { Endpoint } from '@fairlead/core';
import { ConnectingSocket } from './connecting-socket.js';
import type { ConnectionEnd } from './disconnect-reason.js';
import { http2SessionOf } from './http2-session.js';

/** The pings of all connections of a pool (gRFC A8), with the arguments of grpc-js that say the same. */
export interface KeepaliveOptions {
  readonly keepaliveTimeMs: number;
  readonly keepaliveTimeoutMs: number;
  readonly keepaliveWithoutCalls: boolean;
  readonly channelArguments: grpc.ChannelOptions;
}

/** A server complained about the pings, so that connections made from now on are pinged less often. */
export interface KeepaliveThrottle {
  /** Whose server complained. */
  readonly endpoint: Endpoint;
  /** Quiet time before a ping until now, in ms. */
  readonly fromMs: number;
  /** The same from now on. */
  readonly toMs: number;
}

/** What becomes known of the pings. */
export interface KeepaliveListener {
  throttled(change: KeepaliveThrottle): void;
  /** This grpc-js does not let us see complaints. Told once. */
  unwatchable(): void;
}

/** What a server says that is pinged too often (gRFC A8). */
const TOO_MANY_PINGS = 'too_many_pings';
/** The longest that grpc-js can wait. */
const MAX_TIME_MS = 2 ** 31 - 1;

/**
 * How often the connections of a pool are pinged. A server that finds it too often says so as it closes its connection;
 * then the interval of that connection, doubled, is the least for all that are made later (gRFC A8).
 *
 * grpc-js does the same for one subchannel. Here each connection has a channel of its own, so the pool must remember.
 */
export class Keepalive {
  readonly #options: KeepaliveOptions;
  readonly #listener: KeepaliveListener;
  /** With which interval each connection was made. */
  readonly #timeOf = new WeakMap<grpc.ChannelInterface, number>();
  #timeMs: number;
  #unwatchable = false;

  constructor(options: KeepaliveOptions, listener: KeepaliveListener) {
    this.#options = options;
    this.#listener = listener;
    const fromArgument = options.channelArguments['grpc.keepalive_time_ms'];
    this.#timeMs = options.keepaliveTimeMs < Infinity ? options.keepaliveTimeMs : (fromArgument ?? Infinity);
  }

  /** Quiet time before a ping, in ms; `Infinity` when there are none. */
  get timeMs(): number {
    return this.#timeMs;
  }

  /** Makes the channel of a connection with the arguments of this moment. */
  equip<C extends grpc.ChannelInterface>(make: (channelArguments: grpc.ChannelOptions) => C): C {
    const channel = make(this.#arguments());
    if (this.#timeMs < Infinity) this.#timeOf.set(channel, this.#timeMs);
    return channel;
  }

  /** To be called when the connection of an equipped channel is there. @param end is told of a GOAWAY. */
  watch(channel: grpc.ChannelInterface, endpoint: Endpoint, end: ConnectionEnd): void {
    const timeMs = this.#timeOf.get(channel);
    if (timeMs === undefined) return;
    // grpc-js tells that the channel is ready before it stores the session. No frame can come in between.
    queueMicrotask(() => ConnectingSocket.leave(() => this.#listen(channel, endpoint, timeMs, end)));
  }

  #listen(channel: grpc.ChannelInterface, endpoint: Endpoint, timeMs: number, end: ConnectionEnd): void {
    const session = http2SessionOf(channel);
    if (session === undefined) return this.#missed(channel);
    // Before grpc-js hears of it: the channel that follows is made in its listener. The complaint may be the second GOAWAY.
    session.prependListener('goaway', (code: number, _last: number, data?: NodeJS.ArrayBufferView) => {
      end.goneAway();
      if (code !== constants.NGHTTP2_ENHANCE_YOUR_CALM || textOf(data) !== TOO_MANY_PINGS) return;
      ConnectingSocket.leave(() => this.#throttle(endpoint, timeMs * 2));
    });
  }

  #throttle(endpoint: Endpoint, wantedMs: number): void {
    const fromMs = this.#timeMs;
    const toMs = Math.min(wantedMs, MAX_TIME_MS);
    // Others, connected with the same interval, have complained before.
    if (toMs <= fromMs) return;
    this.#timeMs = toMs;
    this.#listener.throttled({ endpoint, fromMs, toMs });
  }

  #missed(channel: grpc.ChannelInterface): void {
    if (this.#unwatchable || channel.getConnectivityState(false) !== grpc.connectivityState.READY) return;
    this.#unwatchable = true;
    this.#listener.unwatchable();
  }

  #arguments(): grpc.ChannelOptions {
    if (this.#timeMs === Infinity) return this.#options.channelArguments;
    return {
      'grpc.keepalive_timeout_ms': this.#options.keepaliveTimeoutMs,
      'grpc.keepalive_permit_without_calls': this.#options.keepaliveWithoutCalls ? 1 : 0,
      // Where both are given, they are equal.
      ...this.#options.channelArguments,
      'grpc.keepalive_time_ms': this.#timeMs,
    };
  }
}

function textOf(data: NodeJS.ArrayBufferView | undefined): string {
  return data === undefined ? '' : Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString();
}
