import type { InterceptingCallInterface } from '../grpc-types.js';
import type { Sent, Transcript } from './transcript.js';

/**
 * Does on the call of one attempt what the client did, and goes on as the client does more.
 *
 * One message at a time: a call of grpc-js that is not on the wire yet holds back a single message and forgets it when
 * it is given another, because its own clients wait for the write callback (`resolving-call.ts`, `pendingMessage`).
 */
export class Playback {
  readonly #transcript: Transcript;
  readonly #call: InterceptingCallInterface;
  #position = 0;
  #sent = 0;
  #writing = false;
  #halfClosed = false;
  #stopped = false;

  constructor(transcript: Transcript, call: InterceptingCallInterface) {
    this.#transcript = transcript;
    this.#call = call;
  }

  /** Messages that this attempt has sent. */
  get sent(): number {
    return this.#sent;
  }

  /** Everything so far was sent and accepted. */
  get caughtUp(): boolean {
    return !this.#writing && this.#transcript.messageAt(this.#position) === undefined;
  }

  begin(): void {
    if (this.#stopped) return;
    for (let reads = this.#transcript.reads; reads > 0; reads -= 1) this.#call.startRead();
    this.advance();
  }

  /** The transcript has grown. */
  advance(): void {
    if (this.#stopped) return;
    const next = this.#writing ? undefined : this.#transcript.messageAt(this.#position);
    if (next !== undefined) this.#send(next);
    if (this.#halfClosed || !this.#transcript.halfClosed || !this.#mayHalfClose) return;
    this.#halfClosed = true;
    this.#call.halfClose();
  }

  /**
   * After a single message at once, as clients with one request do; after several when the last one was accepted, as
   * clients of streams do: grpc-js 1.14.0 loses the last message otherwise.
   */
  get #mayHalfClose(): boolean {
    return this.caughtUp || (this.#sent === 1 && this.#transcript.messageAt(this.#position) === undefined);
  }

  /** No other attempt will need what this one has sent. */
  forget(): void {
    this.#position = this.#transcript.sent(this.#position);
  }

  /** The attempt is over. */
  stop(): void {
    this.#stopped = true;
  }

  #send({ context, message }: Sent): void {
    this.#sent += 1;
    this.#position = this.#transcript.sent(this.#position + 1);
    // The one message of a unary call: its client does not ask to be told, and nothing comes after it.
    if (
      this.#sent === 1 &&
      context.callback === undefined &&
      this.#transcript.messageAt(this.#position) === undefined
    ) {
      return this.#call.sendMessageWithContext(context, message);
    }
    this.#writing = true;
    const callback = (error?: Error | null): void => {
      this.#writing = false;
      context.callback?.(error);
      this.advance();
    };
    this.#call.sendMessageWithContext({ ...context, callback }, message);
  }
}
