import type * as grpc from '@grpc/grpc-js';
import type { InterceptingCallInterface, MessageContext, PartialListener } from '../grpc-types.js';

/** A call that was over before it could begin: it tells its status, and takes everything else in silence. */
export class EndedCall implements InterceptingCallInterface {
  readonly #status: grpc.StatusObject;

  constructor(status: grpc.StatusObject) {
    this.#status = status;
  }

  /** A client does not expect to be told anything while it is still in `start`. */
  start(_metadata: grpc.Metadata, listener?: PartialListener): void {
    process.nextTick(() => listener?.onReceiveStatus?.(this.#status));
  }

  sendMessage(): void {
    // Nobody is there to send it to.
  }

  /** Nobody is there to send it to; whoever waits to have written goes on, as on a call of grpc-js. The status tells. */
  sendMessageWithContext({ callback }: MessageContext): void {
    if (callback) process.nextTick(callback);
  }

  startRead(): void {
    // There is nothing to read but the status.
  }

  halfClose(): void {
    // It is closed on both sides.
  }

  cancelWithStatus(): void {
    // A cancel after the end is nothing.
  }

  getPeer(): string {
    return 'unknown';
  }

  getAuthContext(): null {
    return null;
  }
}
