import type { MessageContext } from '../grpc-types.js';
import type { ReplaySpace } from './replay-space.js';

/** A message of the client, with the context that it came with. */
export interface Sent {
  readonly context: MessageContext;
  readonly message: unknown;
}

/**
 * What the client did to a call so far: messages, half-close, reads. Kept for another attempt until the call is committed
 * to one; from then on only until it was sent.
 */
export class Transcript {
  readonly #space: ReplaySpace;
  readonly #limit: number;
  readonly #messages: Sent[] = [];
  #bytes = 0;
  #reads = 0;
  #halfClosed = false;
  #overflown = false;
  #released = false;

  /** @param limit bytes of messages that one call may keep. */
  constructor(space: ReplaySpace, limit: number) {
    this.#space = space;
    this.#limit = limit;
  }

  /** Messages that the client wanted before the call was committed. */
  get reads(): number {
    return this.#reads;
  }

  get halfClosed(): boolean {
    return this.#halfClosed;
  }

  /** It holds more than it may: the attempt under way, or the next one when there is none, must be the last. */
  get overflown(): boolean {
    return this.#overflown;
  }

  messageAt(position: number): Sent | undefined {
    return this.#messages[position];
  }

  /** Keeps a message, also one that does not fit: it has to be sent by somebody. */
  add(context: MessageContext, message: unknown, bytes: number): void {
    const kept = context.callback ? { ...context, callback: once(context.callback) } : context;
    this.#messages.push({ context: kept, message });
    if (this.#released) return;
    if (this.#bytes + bytes > this.#limit || !this.#space.take(bytes)) this.#overflown = true;
    else this.#bytes += bytes;
  }

  read(): void {
    this.#reads += 1;
  }

  halfClose(): void {
    this.#halfClosed = true;
  }

  /** No attempt will follow: gives the shared space back. Idempotent. */
  release(): void {
    this.#released = true;
    this.#space.giveBack(this.#bytes);
    this.#bytes = 0;
  }

  /** The call is over: whoever waits to have written goes on. A callback that was called already is not called again. */
  drop(): void {
    for (const { context } of this.#messages.splice(0)) if (context.callback) process.nextTick(context.callback);
  }

  /** The first `count` messages were sent. @returns how many of them it still keeps, for attempts that may follow. */
  sent(count: number): number {
    if (!this.#released) return count;
    this.#messages.splice(0, count);
    return 0;
  }
}

type WriteCallback = NonNullable<MessageContext['callback']>;

/**
 * The write callback tells the client that it may write on. The first attempt that gets the message through calls it, and
 * no other: back-pressure is that of the wire.
 */
function once(callback: WriteCallback): WriteCallback {
  let called = false;
  return (error) => {
    if (called) return;
    called = true;
    callback(error);
  };
}
