import type * as grpc from '@grpc/grpc-js';
import type { ActiveCalls } from '../member/active-calls.js';
import { http2SessionOf } from '../member/http2-session.js';

/**
 * Keeps a stream of our own from keeping the process alive, while calls of the application on the same connection do.
 *
 * grpc-js holds the process from the first stream of a connection to the last one, and cannot tell ours from others. So
 * while one of ours runs, the connection is held here: from the first call of the application to the last. Several may
 * hold the same connection, for they do the same.
 */
export class ConnectionHold {
  readonly #channel: grpc.ChannelInterface;
  readonly #calls: ActiveCalls;
  readonly #leave: () => void;

  /** @param calls those of the application on this connection. */
  constructor(channel: grpc.ChannelInterface, calls: ActiveCalls) {
    this.#channel = channel;
    this.#calls = calls;
    this.#leave = calls.watchBusy((busy) => this.#hold(busy));
  }

  /** To be called when grpc-js may have begun a stream of ours, which makes it hold the process. */
  review(): void {
    this.#hold(this.#calls.size > 0);
  }

  /** Leaves it to grpc-js again, which will find none of our streams. */
  end(): void {
    this.#leave();
  }

  #hold(busy: boolean): void {
    const session = http2SessionOf(this.#channel);
    if (busy) session?.ref();
    else session?.unref();
  }
}
