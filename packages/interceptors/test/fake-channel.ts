import { asLocalEnd, attemptContextOf, endpointAt, type Endpoint, type FailureClass } from '@fairlead/core';
import * as grpc from '@grpc/grpc-js';
import type { CallListener, CreateCallArguments, GrpcCall, MessageContext } from '../src/grpc-types.js';

/** A pod of the tests; its id is `10.0.0.<n>:1`. */
export function pod(n: number): Endpoint {
  return endpointAt({ kind: 'tcp', host: `10.0.0.${n}`, port: 1 });
}

/** Metadata of `name: value` pairs; a list gives several values. */
export function metadataOf(values: Readonly<Record<string, string | readonly string[]>>): grpc.Metadata {
  const metadata = new grpc.Metadata();
  for (const [name, value] of Object.entries(values)) for (const one of [value].flat()) metadata.add(name, one);
  return metadata;
}

/** The wire side of one call: records what reaches it, and says what the test tells it to say. */
export class FakeCall implements GrpcCall {
  readonly args: CreateCallArguments;
  credentials: grpc.CallCredentials | undefined;
  metadata = new grpc.Metadata();
  started = false;
  readonly sent: string[] = [];
  reads = 0;
  halfClosed = false;
  cancelled: { readonly code: grpc.status; readonly details: string } | undefined;
  ended = false;
  #listener: CallListener | undefined;
  #unaccepted: MessageContext | undefined;
  readonly #acceptsWrites: boolean;

  constructor(args: CreateCallArguments, acceptsWrites: boolean) {
    this.args = args;
    this.#acceptsWrites = acceptsWrites;
  }

  // What a client does.

  setCredentials(credentials: grpc.CallCredentials): void {
    this.credentials = credentials;
  }

  start(metadata: grpc.Metadata, listener: CallListener): void {
    this.started = true;
    this.metadata = metadata;
    this.#listener = listener;
  }

  sendMessageWithContext(context: MessageContext, message: Buffer): void {
    if (this.#unaccepted) throw new Error('grpc-js would have lost a message: the last one was not accepted yet');
    this.sent.push(String(message));
    this.#unaccepted = context;
    if (this.#acceptsWrites) this.accept();
  }

  startRead(): void {
    this.reads += 1;
  }

  halfClose(): void {
    this.halfClosed = true;
  }

  cancelWithStatus(code: grpc.status, details: string): void {
    this.cancelled ??= { code, details };
    if (this.started && !this.ended) this.end(code, details);
  }

  getPeer(): string {
    return 'peer';
  }

  getAuthContext(): null {
    return null;
  }

  getCallNumber(): number {
    return 7;
  }

  // What the test makes the pool and the server do.

  /** The message that is on its way was written. */
  accept(): void {
    const context = this.#unaccepted;
    this.#unaccepted = undefined;
    context?.callback?.();
  }

  pick(endpoint: Endpoint, othersUntried = false): this {
    attemptContextOf(this.metadata)?.onPicked(endpoint, othersUntried);
    return this;
  }

  headers(metadata = new grpc.Metadata()): this {
    this.#listener?.onReceiveMetadata(metadata);
    return this;
  }

  /** @param text null is what a client with a unary response is told before a failing status. */
  message(text: string | null): this {
    const message: unknown = text === null ? null : Buffer.from(text);
    (this.#listener?.onReceiveMessage as ((message: unknown) => void) | undefined)?.(message);
    return this;
  }

  /** The call ends with this status; the pool says `failure` of it when that is given. */
  end(code: grpc.status, details = '', failure?: FailureClass, trailers = new grpc.Metadata()): void {
    this.ended = true;
    if (failure) attemptContextOf(this.metadata)?.onFailed(failure);
    this.#listener?.onReceiveStatus({ code, details, metadata: trailers });
  }

  /** The server does not take the call, and the connection ends with that (GOAWAY). */
  sendAway(): void {
    attemptContextOf(this.metadata)?.onWentAway?.();
    this.end(grpc.status.UNAVAILABLE, 'Stream refused by server', 'refused');
  }

  /** The pool ends the call: its connection is given up, and the grace is over. */
  cut(): void {
    this.ended = true;
    attemptContextOf(this.metadata)?.onFailed('maybe-processed');
    const status = { code: grpc.status.UNAVAILABLE, details: 'the grace is over', metadata: new grpc.Metadata() };
    this.#listener?.onReceiveStatus(asLocalEnd(status));
  }

  ok(): void {
    this.end(grpc.status.OK);
  }
}

/** A channel without a network. */
export class FakeChannel implements grpc.ChannelInterface {
  readonly calls: FakeCall[] = [];
  closed = false;
  /** Is told of a call that is made, before anything is done with it. */
  onCall: ((call: FakeCall) => void) | undefined;
  readonly #acceptsWrites: boolean;

  /** @param acceptsWrites at once; otherwise the test calls `accept()`. */
  constructor(acceptsWrites = true) {
    this.#acceptsWrites = acceptsWrites;
  }

  /** The newest call. */
  get last(): FakeCall {
    const call = this.calls.at(-1);
    if (!call) throw new Error('no call was made');
    return call;
  }

  createCall(...args: CreateCallArguments): FakeCall {
    if (this.closed) throw new Error('Channel has been shut down');
    const call = new FakeCall(args, this.#acceptsWrites);
    this.calls.push(call);
    this.onCall?.(call);
    return call;
  }

  close(): void {
    this.closed = true;
  }

  getTarget(): string {
    return 'fake:///';
  }

  getConnectivityState(): grpc.connectivityState {
    return grpc.connectivityState.READY;
  }

  watchConnectivityState(): void {
    // Nothing ever changes.
  }

  getChannelzRef(): ReturnType<grpc.ChannelInterface['getChannelzRef']> {
    return { kind: 'channel' as never, id: 1, name: 'fake' };
  }
}
