import * as grpc from '@grpc/grpc-js';
import type { CreateCallArguments, GrpcCall } from '../src/grpc-types.js';

export interface CallSetup {
  readonly path?: string;
  readonly deadline?: grpc.Deadline;
  readonly host?: string;
  readonly parent?: CreateCallArguments[3];
  readonly propagateFlags?: number;
}

/** The client side of one call: makes it as a generated client does, and keeps all that it is told. */
export class ObservedCall {
  readonly call: GrpcCall;
  readonly statuses: grpc.StatusObject[] = [];
  readonly headers: grpc.Metadata[] = [];
  readonly messages: string[] = [];
  /** What the write callbacks were called with, by the number of the message. */
  readonly written: number[] = [];
  #writes = 0;

  constructor(channel: grpc.ChannelInterface, setup: CallSetup = {}) {
    const { path = '/test.Echo/Unary', deadline = Infinity, host, parent = null, propagateFlags } = setup;
    this.call = channel.createCall(path, deadline, host, parent, propagateFlags);
  }

  start(metadata = new grpc.Metadata()): this {
    this.call.start(metadata, {
      onReceiveMetadata: (received) => this.headers.push(received),
      onReceiveMessage: (message: unknown) => this.messages.push(String(message)),
      onReceiveStatus: (status) => this.statuses.push(status),
    });
    return this;
  }

  write(text: string): this {
    const number = this.#writes++;
    this.call.sendMessageWithContext({ callback: () => this.written.push(number) }, Buffer.from(text));
    return this;
  }

  /** Everything that a call with one request and one response does. */
  unary(text = 'hello', metadata = new grpc.Metadata()): this {
    this.start(metadata);
    this.call.startRead();
    this.call.sendMessageWithContext({}, Buffer.from(text));
    this.call.halfClose();
    return this;
  }

  /** The final status. @throws Error unless there was exactly one. */
  get status(): grpc.StatusObject {
    const [status] = this.statuses;
    if (!status || this.statuses.length > 1) throw new Error(`${this.statuses.length} statuses instead of one`);
    return status;
  }

  get code(): grpc.status {
    return this.status.code;
  }
}

/** Lets everything happen that was put off to the next tick or a microtask. */
export function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
