import type { GrpcCall, MessageContext } from '../grpc-types.js';

/** What a client did to a call that has no member yet, in order, to be done to the member's call. */
export class OutgoingQueue {
  readonly #messages: { readonly context: MessageContext; readonly message: Buffer }[] = [];
  #reads = 0;
  #halfClosed = false;

  message(context: MessageContext, message: Buffer): void {
    this.#messages.push({ context, message });
  }

  read(): void {
    this.#reads += 1;
  }

  halfClose(): void {
    this.#halfClosed = true;
  }

  /** The call is over: whoever waits to have written goes on, without an error, as on a grpc-js call. Its status tells. */
  drop(): void {
    for (const { context } of this.#messages) context.callback?.();
  }

  /** A client sends the next message of a stream only after the write callback of the last, so there is at most one or two. */
  flush(call: GrpcCall): void {
    for (; this.#reads > 0; this.#reads -= 1) call.startRead();
    for (const { context, message } of this.#messages) call.sendMessageWithContext(context, message);
    if (this.#halfClosed) call.halfClose();
  }
}
