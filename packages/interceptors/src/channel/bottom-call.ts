import type * as grpc from '@grpc/grpc-js';
import { fullListener } from '../call/full-listener.js';
import type { GrpcCall, InterceptingCallInterface, MessageContext, PartialListener } from '../grpc-types.js';

/** The inner end of a chain: shows a Channel's call to the innermost interceptor. */
export class BottomCall implements InterceptingCallInterface {
  readonly #call: GrpcCall;

  constructor(call: GrpcCall) {
    this.#call = call;
  }

  start(metadata: grpc.Metadata, listener?: PartialListener): void {
    this.#call.start(metadata, fullListener(listener));
  }

  sendMessage(message: Buffer): void {
    this.#call.sendMessageWithContext({}, message);
  }

  sendMessageWithContext(context: MessageContext, message: Buffer): void {
    this.#call.sendMessageWithContext(context, message);
  }

  startRead(): void {
    this.#call.startRead();
  }

  halfClose(): void {
    this.#call.halfClose();
  }

  cancelWithStatus(status: grpc.status, details: string): void {
    this.#call.cancelWithStatus(status, details);
  }

  getPeer(): string {
    return this.#call.getPeer();
  }

  getAuthContext(): ReturnType<InterceptingCallInterface['getAuthContext']> {
    return this.#call.getAuthContext();
  }
}
