import { EventEmitter } from 'node:events';
import * as grpc from '@grpc/grpc-js';
import type { Endpoint } from '@fairlead/core';
import type { CallListener, GrpcCall } from '../../src/grpc-types.js';

const { connectivityState: states, status } = grpc;

interface Watcher {
  readonly from: grpc.connectivityState;
  readonly callback: (error?: Error) => void;
}

/** The HTTP/2 session of a connection; as in Node.js, it does not count who holds the process by it. */
class FakeSession extends EventEmitter {
  holdsProcess = false;

  ref(): void {
    this.holdsProcess = true;
  }

  unref(): void {
    this.holdsProcess = false;
  }
}

/** The channel of one connection, which does what a test says. It behaves as grpc-js does where the pool relies on it. */
export class FakeChannel implements grpc.ChannelInterface {
  readonly endpoint: Endpoint;
  readonly channelArguments: grpc.ChannelOptions;
  readonly calls: FakeCall[] = [];
  /** Calls of the application that were made while there was no connection. */
  misplaced = 0;
  state = states.IDLE;
  /** Where grpc-js hears of a GOAWAY, before any other listener. */
  readonly session = new FakeSession().once('goaway', () => this.lose());
  readonly internalChannel = {
    wrappedSubchannels: [{ getRealSubchannel: (): unknown => ({ transport: { session: this.session } }) }],
  };
  #watchers: Watcher[] = [];
  #lastError = '';

  constructor(endpoint: Endpoint, channelArguments: grpc.ChannelOptions = {}) {
    this.endpoint = endpoint;
    this.channelArguments = channelArguments;
  }

  get closed(): boolean {
    return this.state === states.SHUTDOWN;
  }

  get connecting(): boolean {
    return this.state === states.CONNECTING;
  }

  // What a test does.

  ready(): void {
    this.#move(states.READY);
  }

  refuse(reason = 'connect ECONNREFUSED'): void {
    this.#lastError = reason;
    this.#move(states.TRANSIENT_FAILURE);
  }

  /** The connection ends; its calls go on, as after a GOAWAY, unless `dropCalls`. */
  lose(dropCalls = false): void {
    this.#move(states.IDLE);
    if (dropCalls) for (const call of [...this.calls]) call.end(status.UNAVAILABLE, 'Connection dropped');
  }

  /** The connection is gone, and nobody has been told yet. */
  loseUnnoticed(): void {
    this.state = states.IDLE;
  }

  // ChannelInterface

  close(): void {
    this.#move(states.SHUTDOWN);
  }

  getTarget(): string {
    return 'fake:';
  }

  getConnectivityState(tryToConnect: boolean): grpc.connectivityState {
    if (tryToConnect && this.state === states.IDLE) this.#move(states.CONNECTING);
    return this.state;
  }

  watchConnectivityState(from: grpc.connectivityState, _deadline: unknown, callback: (error?: Error) => void): void {
    if (this.closed) throw new Error('Channel has been shut down');
    this.#watchers.push({ from, callback });
  }

  getChannelzRef(): never {
    throw new Error('not used');
  }

  createCall(path: string): GrpcCall {
    if (this.closed) throw new Error('Channel has been shut down');
    const call = new FakeCall(path, this.state === states.READY ? undefined : this.#lastError);
    if (this.state === states.READY) this.calls.push(call);
    else if (!path.startsWith('/fairlead.')) this.misplaced += 1;
    return call;
  }

  #move(state: grpc.connectivityState): void {
    if (this.closed) return;
    this.state = state;
    const due = this.#watchers.filter((watcher) => watcher.from !== state);
    this.#watchers = this.#watchers.filter((watcher) => watcher.from === state);
    for (const watcher of due) watcher.callback();
  }
}

/** A call on a {@link FakeChannel}. */
export class FakeCall {
  readonly path: string;
  readonly did: string[] = [];
  ended = false;
  metadata: grpc.Metadata | undefined;
  credentials: grpc.CallCredentials | undefined;
  #listener: CallListener | undefined;
  readonly #unconnected: string | undefined;

  /** @param unconnected why there is no connection, if there is none. */
  constructor(path: string, unconnected?: string) {
    this.path = path;
    this.#unconnected = unconnected;
  }

  start(metadata: grpc.Metadata, listener: CallListener): void {
    this.did.push('start');
    this.metadata = metadata;
    this.#listener = listener;
    if (this.#unconnected === undefined) return;
    const details = `No connection established. Last error: Error: ${this.#unconnected}. Resolution note: `;
    process.nextTick(() => this.end(status.UNAVAILABLE, details));
  }

  respond(message: unknown = Buffer.from('ok')): void {
    this.#listener?.onReceiveMetadata(new grpc.Metadata());
    this.#listener?.onReceiveMessage(message);
  }

  end(code: grpc.status = status.OK, details = '', metadata = new grpc.Metadata()): void {
    if (this.ended) return;
    this.ended = true;
    this.#listener?.onReceiveStatus({ code, details, metadata });
  }

  cancelWithStatus(code: grpc.status, details: string): void {
    this.did.push('cancel');
    process.nextTick(() => this.end(code, details));
  }

  sendMessageWithContext(context: { callback?: () => void }, message: Buffer): void {
    this.did.push(`message ${message.toString()}`);
    context.callback?.();
  }

  startRead(): void {
    this.did.push('read');
  }

  halfClose(): void {
    this.did.push('half-close');
  }

  setCredentials(credentials: grpc.CallCredentials): void {
    this.credentials = credentials;
  }

  getPeer(): string {
    return 'unknown';
  }

  getAuthContext(): null {
    return null;
  }

  getCallNumber(): number {
    return 1;
  }
}
