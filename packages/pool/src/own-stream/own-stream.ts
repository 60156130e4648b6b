import * as grpc from '@grpc/grpc-js';
import type { GrpcCall } from '../grpc-types.js';

/** What happens on a stream of our own; nothing after its end. */
export interface OwnStreamListener {
  /** grpc-js may have begun the stream just now, which makes it hold the process. */
  onBegun(): void;
  onMessage(message: Uint8Array): void;
  /** The server ended it, or the connection. */
  onEnd(status: grpc.StatusObject): void;
}

/**
 * A server stream of our own on one connection, with the call credentials of the channel and without a deadline. It is no
 * call of the application: nothing counts it, and nothing waits for it.
 */
export class OwnStream {
  readonly #channel: grpc.ChannelInterface;
  readonly #path: string;
  readonly #listener: OwnStreamListener;
  #call: GrpcCall | undefined;

  constructor(channel: grpc.ChannelInterface, path: string, listener: OwnStreamListener) {
    this.#channel = channel;
    this.#path = path;
    this.#listener = listener;
  }

  /**
   * Once, and not after {@link cancel}.
   * @param request serialized.
   * @returns whether it could: not on a channel that is not ready, for a call would make grpc-js connect again by itself.
   */
  open(request: Uint8Array): boolean {
    if (this.#channel.getConnectivityState(false) !== grpc.connectivityState.READY) return false;
    try {
      this.#open(Buffer.from(request));
      return true;
    } catch {
      this.cancel('the stream could not be opened');
      return false;
    }
  }

  /** Nothing is heard of it any more. Idempotent. */
  cancel(why: string): void {
    const call = this.#call;
    this.#call = undefined;
    call?.cancelWithStatus(grpc.status.CANCELLED, why);
  }

  #open(request: Buffer): void {
    const call = this.#channel.createCall(this.#path, Infinity, null, null, null);
    this.#call = call;
    call.start(new grpc.Metadata(), {
      onReceiveMetadata: () => this.#begun(),
      onReceiveMessage: (message: unknown) => this.#received(message as Uint8Array),
      onReceiveStatus: (status) => this.#ended(status),
    });
    call.sendMessageWithContext({}, request);
    call.halfClose();
    call.startRead();
    // By then grpc-js has opened the stream, unless credentials keep it waiting: then its headers tell.
    setImmediate(() => this.#begun()).unref();
  }

  #begun(): void {
    if (this.#call !== undefined) this.#listener.onBegun();
  }

  #received(message: Uint8Array): void {
    if (this.#call === undefined) return;
    this.#listener.onMessage(message);
    // Who was told may have ended it.
    this.#call?.startRead();
  }

  #ended(status: grpc.StatusObject): void {
    if (this.#call === undefined) return;
    this.#call = undefined;
    this.#listener.onEnd(status);
  }
}
