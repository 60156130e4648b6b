import type { EventEmitter } from 'node:events';
import type {
  Metadata,
  ServerDuplexStream,
  ServerReadableStream,
  ServerUnaryCall,
  ServerWritableStream,
  status,
} from '@grpc/grpc-js';
import { metadataOf, trailersOf, type CallScript } from './call-script.js';
import { previousAttempts, type ReceivedCall } from './received-call.js';

type Unary = ServerUnaryCall<unknown, unknown>;
type Readable = ServerReadableStream<unknown, unknown>;
type Writable = ServerWritableStream<unknown, unknown>;
type Duplex = ServerDuplexStream<unknown, unknown>;

/** grpc-js's object for a call of any of the four kinds. */
export type ServerCall = Unary | Readable | Writable | Duplex;

/** How a unary or client streaming handler answers. */
export type UnaryCallback = (
  error: { readonly code: status; readonly details: string; readonly metadata: Metadata } | null,
  value?: unknown,
  trailers?: Metadata,
) => void;

/** A call on the server, from its arrival to its end: the record of it, and what plays its script. */
export class ScriptedCall implements ReceivedCall {
  readonly path: string;
  readonly metadata: Metadata;
  readonly peer: string;
  readonly previousAttempts: number;
  readonly requests: unknown[] = [];
  readonly #call: ServerCall;
  readonly #callback: UnaryCallback | undefined;
  #timer: NodeJS.Timeout | undefined;
  #cancelled = false;
  readonly #requestsEnded: Promise<void>;

  /** @param callback given when one message is to come back. */
  constructor(call: ServerCall, callback: UnaryCallback | undefined) {
    this.#call = call;
    this.#callback = callback;
    this.path = call.getPath();
    this.metadata = call.metadata;
    this.peer = call.getPeer();
    this.previousAttempts = previousAttempts(call.metadata.get('grpc-previous-rpc-attempts')[0]);
    // Of the four kinds' overloads of `on` none takes it.
    (call as EventEmitter).on('cancelled', () => this.#end());
    this.#requestsEnded = this.#collect();
  }

  get cancelled(): boolean {
    return this.#cancelled;
  }

  /** Does what the script says. */
  play(script: CallScript): void {
    const { delayMs = 0 } = script;
    if (delayMs > 0) this.#timer = setTimeout(() => void this.#answer(script), delayMs);
    else void this.#answer(script);
  }

  /** Does nothing more; the server is about to cut the connection. */
  abandon(): void {
    clearTimeout(this.#timer);
  }

  #end(): void {
    this.#cancelled = true;
    this.abandon();
  }

  #collect(): Promise<void> {
    const call = this.#call;
    if ('request' in call) {
      this.requests.push(call.request);
      return Promise.resolve();
    }
    return new Promise((resolve) => {
      call.on('data', (request: unknown) => this.requests.push(request));
      call.on('end', () => resolve());
    });
  }

  async #answer(script: CallScript): Promise<void> {
    if (script.headers !== undefined) this.#call.sendMetadata(metadataOf(script.headers));
    if (script.kind === 'hang') return;
    if (script.kind === 'fail') {
      this.#fail(script);
      return;
    }
    const stream = this.#responseStream();
    if (stream !== undefined && isBidi(stream)) this.#echoAsTheyCome(stream);
    await this.#requestsEnded;
    if (!this.#cancelled) this.#finish(script);
  }

  #finish(script: CallScript & { readonly kind: 'echo' }): void {
    const stream = this.#responseStream();
    if (stream === undefined) {
      this.#callback?.(null, this.requests.at(-1), trailersOf(script));
      return;
    }
    if (!isBidi(stream)) this.#write(stream, script.messages ?? 1);
    stream.end(trailersOf(script));
  }

  #fail(script: CallScript & { readonly kind: 'fail' }): void {
    const { code, details = 'scripted failure', messages = 0 } = script;
    const error = { code, details, metadata: trailersOf(script) };
    const stream = this.#responseStream();
    if (stream === undefined) {
      this.#callback?.(error);
      return;
    }
    this.#write(stream, messages);
    stream.emit('error', error);
  }

  /** Undefined when one message is to come back. */
  #responseStream(): Writable | Duplex | undefined {
    return this.#callback === undefined ? (this.#call as Writable | Duplex) : undefined;
  }

  #write(call: Writable | Duplex, messages: number): void {
    for (let i = 0; i < messages; i++) call.write(this.requests.at(-1) ?? Buffer.alloc(0));
  }

  #echoAsTheyCome(call: Duplex): void {
    for (const request of this.requests) call.write(request);
    call.on('data', (request: unknown) => call.write(request));
  }
}

/** grpc-js gives client streaming handlers a stream that could write, too: only the callback tells the kinds apart. */
function isBidi(call: Writable | Duplex): call is Duplex {
  return !('request' in call);
}
