import * as grpc from '@grpc/grpc-js';
import type {
  CallListener,
  GrpcCall,
  InterceptingCallInterface,
  InterceptorOptions,
  MessageContext,
  NextCall,
} from '../grpc-types.js';

/**
 * The outer end of a chain: what a client gets from `createCall`. The chain is entered at `start`, because only then are
 * the call's credentials known, which a client sets between the two.
 */
export class HostedCall implements GrpcCall {
  readonly #enter: NextCall;
  readonly #options: InterceptorOptions;
  #call: InterceptingCallInterface | undefined;
  #cancelled: { readonly code: grpc.status; readonly details: string } | undefined;

  constructor(enter: NextCall, options: InterceptorOptions) {
    this.#enter = enter;
    this.#options = options;
  }

  setCredentials(credentials: grpc.CallCredentials): void {
    this.#options.credentials = credentials;
  }

  start(metadata: grpc.Metadata, listener: CallListener): void {
    const cancelled = this.#cancelled;
    if (cancelled) {
      process.nextTick(() => listener.onReceiveStatus({ ...cancelled, metadata: new grpc.Metadata() }));
      return;
    }
    this.#call = this.#enter(this.#options);
    this.#call.start(metadata, listener);
  }

  sendMessageWithContext(context: MessageContext, message: Buffer): void {
    this.#call?.sendMessageWithContext(context, message);
  }

  startRead(): void {
    this.#call?.startRead();
  }

  halfClose(): void {
    this.#call?.halfClose();
  }

  cancelWithStatus(code: grpc.status, details: string): void {
    if (this.#call) this.#call.cancelWithStatus(code, details);
    else this.#cancelled ??= { code, details };
  }

  getPeer(): string {
    return this.#call?.getPeer() ?? 'unknown';
  }

  getAuthContext(): ReturnType<GrpcCall['getAuthContext']> {
    return this.#call?.getAuthContext() ?? null;
  }

  getCallNumber(): number {
    return 0;
  }
}
