import * as grpc from '@grpc/grpc-js';

/** Hands out shares in a channel and closes it when the last one is given back. */
export class ChannelHandles {
  readonly #channel: grpc.ChannelInterface;
  #open = 0;

  constructor(channel: grpc.ChannelInterface) {
    this.#channel = channel;
  }

  take(): ChannelHandle {
    this.#open += 1;
    return new ChannelHandle(this.#channel, () => {
      this.#open -= 1;
      if (this.#open === 0) this.#channel.close();
    });
  }
}

/**
 * A share in a channel: everything goes to the channel, but `close()` gives back this share only. A generated client
 * closes the channel that it was given; with a handle, it does not take the pool from the others.
 */
export class ChannelHandle implements grpc.ChannelInterface {
  readonly #channel: grpc.ChannelInterface;
  readonly #release: () => void;
  #closed = false;

  /** @param release called once, at the first `close()`. */
  constructor(channel: grpc.ChannelInterface, release: () => void) {
    this.#channel = channel;
    this.#release = release;
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#release();
  }

  getTarget(): string {
    return this.#channel.getTarget();
  }

  getConnectivityState(tryToConnect: boolean): grpc.connectivityState {
    return this.#closed ? grpc.connectivityState.SHUTDOWN : this.#channel.getConnectivityState(tryToConnect);
  }

  watchConnectivityState(
    currentState: grpc.connectivityState,
    deadline: Date | number,
    callback: (error?: Error) => void,
  ): void {
    this.#requireOpen();
    this.#channel.watchConnectivityState(currentState, deadline, callback);
  }

  getChannelzRef(): ReturnType<grpc.ChannelInterface['getChannelzRef']> {
    return this.#channel.getChannelzRef();
  }

  createCall(
    ...args: Parameters<grpc.ChannelInterface['createCall']>
  ): ReturnType<grpc.ChannelInterface['createCall']> {
    this.#requireOpen();
    return this.#channel.createCall(...args);
  }

  #requireOpen(): void {
    if (this.#closed) throw new Error('Channel has been shut down');
  }
}
