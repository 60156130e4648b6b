import type { InterceptingCallInterface, MessageContext } from '../grpc-types.js';

/** The buffer space that all calls of one channel share (gRFC A6; Java and grpc-js: 16 MiB). */
export class ReplaySpace {
  readonly #limit: number;
  #used = 0;

  /** @param limit in bytes. */
  constructor(limit: number) {
    this.#limit = limit;
  }

  get used(): number {
    return this.#used;
  }

  take(bytes: number): boolean {
    if (this.#used + bytes > this.#limit) return false;
    this.#used += bytes;
    return true;
  }

  giveBack(bytes: number): void {
    this.#used -= bytes;
  }
}

interface Entry {
  readonly context: MessageContext;
  readonly message: unknown;
}

/**
 * What the client did to a call so far, kept for another attempt until the call is committed: messages, half-close, reads.
 */
export class ReplayBuffer {
  readonly #space: ReplaySpace;
  readonly #limit: number;
  readonly #entries: Entry[] = [];
  #bytes = 0;
  #reads = 0;
  #halfClosed = false;
  #overflown = false;

  /** @param limit bytes of messages that one call may keep. */
  constructor(space: ReplaySpace, limit: number) {
    this.#space = space;
    this.#limit = limit;
  }

  /**
   * Keeps a message. Its write callback, which tells the client that it may write on, is called by the first attempt that
   * gets to it and no other: back-pressure is that of the wire.
   *
   * @returns the context to send it with, or undefined when it does not fit: then the call must be committed, and the
   * message is not kept.
   */
  add(context: MessageContext, message: unknown, bytes: number): MessageContext | undefined {
    if (this.#bytes + bytes > this.#limit || !this.#space.take(bytes)) return undefined;
    this.#bytes += bytes;
    const kept = context.callback ? { ...context, callback: once(context.callback) } : context;
    this.#entries.push({ context: kept, message });
    return kept;
  }

  /** Whether it holds more than it may: then the next attempt is the last one. */
  get overflown(): boolean {
    return this.#overflown;
  }

  /** Keeps a message that did not fit, because there is no attempt to give it to. There is at most one: its callback waits. */
  overflow(context: MessageContext, message: unknown): void {
    this.#overflown = true;
    this.#entries.push({ context, message });
  }

  /** One more message is wanted by the client. */
  read(): void {
    this.#reads += 1;
  }

  halfClose(): void {
    this.#halfClosed = true;
  }

  replayOn(call: InterceptingCallInterface): void {
    for (let reads = this.#reads; reads > 0; reads -= 1) call.startRead();
    for (const { context, message } of this.#entries) call.sendMessageWithContext(context, message);
    if (this.#halfClosed) call.halfClose();
  }

  /** Frees the memory and the shared space. Idempotent. */
  free(): void {
    this.#space.giveBack(this.#bytes);
    this.#bytes = 0;
    this.#entries.length = 0;
  }
}

type WriteCallback = NonNullable<MessageContext['callback']>;

function once(callback: WriteCallback): WriteCallback {
  let called = false;
  return (error) => {
    if (called) return;
    called = true;
    callback(error);
  };
}
