import * as grpc from '@grpc/grpc-js';

/**
 * A channel of grpc-js that can be closed right after it was told to connect.
 *
 * grpc-js (seen with 1.14.7) hands its addresses to its load balancer one tick after it was woken, also when the channel
 * was closed meanwhile: what comes of it connects, stays connected, and reconnects, and nobody can end it. So a channel
 * that was woken in this turn of the event loop is closed in the next one.
 *
 * Nor does it survive to be closed inside of its own news that it is connected, which an application hears at once: the
 * connection stays open then (seen with 1.14.7). So a channel that is telling something is closed in the next turn, too.
 */
export class WakefulChannel extends grpc.Channel {
  #waking: NodeJS.Immediate | undefined;
  #closing = false;

  override getConnectivityState(tryToConnect: boolean): grpc.connectivityState {
    if (tryToConnect && !this.#closing) this.#stayForThisTurn();
    return super.getConnectivityState(tryToConnect);
  }

  override watchConnectivityState(
    ...[from, deadline, callback]: Parameters<grpc.Channel['watchConnectivityState']>
  ): void {
    super.watchConnectivityState(from, deadline, (error) => {
      if (!this.#closing) this.#stayForThisTurn();
      callback(error);
    });
  }

  override close(): void {
    if (this.#closing) return;
    this.#closing = true;
    if (this.#waking === undefined) super.close();
  }

  #stayForThisTurn(): void {
    this.#waking ??= setImmediate(() => {
      this.#waking = undefined;
      if (this.#closing) super.close();
    });
  }
}
