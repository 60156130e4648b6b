import type * as grpc from '@grpc/grpc-js';
import { EndedCall } from '../call/ended-call.js';
import { ownStatus } from '../call/own-status.js';
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
 *
 * An interceptor of the client may delay `start`, and grpc-js lets reads and cancellations overtake it: what comes early
 * is kept.
 */
export class HostedCall implements GrpcCall {
  readonly #enter: NextCall;
  readonly #options: InterceptorOptions;
  #call: InterceptingCallInterface | undefined;
  #early: ((call: InterceptingCallInterface) => void)[] | undefined;
  #cancelled: EndedCall | undefined;

  constructor(enter: NextCall, options: InterceptorOptions) {
    this.#enter = enter;
    this.#options = options;
  }

  setCredentials(credentials: grpc.CallCredentials): void {
    this.#options.credentials = credentials;
  }

  start(metadata: grpc.Metadata, listener: CallListener): void {
    const call = this.#cancelled ?? this.#enter(this.#options);
    this.#call = call;
    call.start(metadata, listener);
    this.#early?.forEach((act) => act(call));
    this.#early = undefined;
  }

  sendMessageWithContext(context: MessageContext, message: Buffer): void {
    if (this.#call) this.#call.sendMessageWithContext(context, message);
    else this.#later((call) => call.sendMessageWithContext(context, message));
  }

  startRead(): void {
    if (this.#call) this.#call.startRead();
    else this.#later((call) => call.startRead());
  }

  halfClose(): void {
    if (this.#call) this.#call.halfClose();
    else this.#later((call) => call.halfClose());
  }

  cancelWithStatus(code: grpc.status, details: string): void {
    if (this.#call) this.#call.cancelWithStatus(code, details);
    else this.#cancelled ??= new EndedCall(ownStatus(code, details));
  }

  getPeer(): string {
    return this.#call?.getPeer() ?? 'unknown';
  }

  getAuthContext(): ReturnType<GrpcCall['getAuthContext']> {
    return this.#call?.getAuthContext() ?? null;
  }

  /** For the tracer of grpc-js, which does not look above its own channels. */
  getCallNumber(): number {
    return 0;
  }

  #later(act: (call: InterceptingCallInterface) => void): void {
    (this.#early ??= []).push(act);
  }
}
