import type * as grpc from '@grpc/grpc-js';
import type { InterceptingCallInterface, MessageContext, PartialListener } from '../grpc-types.js';
import { EndedCall } from './ended-call.js';
import { ownStatus } from './own-status.js';

type Act = (call: InterceptingCallInterface) => void;

/**
 * A call that becomes another one when it is started, or later. An interceptor further out may make a call and never start
 * it, as one does that answers from a cache (gRFC L5): whatever a policy takes for a call and gives back at its status is
 * taken at `start`, and not before.
 *
 * What the client does meanwhile is kept, and done on the call that it becomes. Back-pressure holds: a write that is kept
 * is not accepted yet.
 */
export abstract class LateCall implements InterceptingCallInterface {
  #call: InterceptingCallInterface | undefined;
  #kept: Act[] | undefined;

  /** The client has started it: it becomes its call now, or waits for it. What is thrown, `start` throws. */
  protected abstract begin(metadata: grpc.Metadata, listener: PartialListener | undefined): void;

  /**
   * This is the call from now on: starts it, and does what was kept. When that throws, it may become another one, which is
   * given the rest.
   */
  protected become(call: InterceptingCallInterface, metadata: grpc.Metadata, listener?: PartialListener): void {
    this.#call = call;
    call.start(metadata, listener);
    for (let act = this.#kept?.shift(); act; act = this.#kept?.shift()) act(call);
    this.#kept = undefined;
  }

  start(metadata: grpc.Metadata, listener?: PartialListener): void {
    if (this.#call) this.#call.start(metadata, listener);
    else this.begin(metadata, listener);
  }

  sendMessage(message: unknown): void {
    if (this.#call) this.#call.sendMessage(message);
    else this.#keep((call) => call.sendMessage(message));
  }

  sendMessageWithContext(context: MessageContext, message: unknown): void {
    if (this.#call) this.#call.sendMessageWithContext(context, message);
    else this.#keep((call) => call.sendMessageWithContext(context, message));
  }

  startRead(): void {
    if (this.#call) this.#call.startRead();
    else this.#keep((call) => call.startRead());
  }

  halfClose(): void {
    if (this.#call) this.#call.halfClose();
    else this.#keep((call) => call.halfClose());
  }

  /** Before the start: it is over as soon as it is started, and `begin` is not called. */
  cancelWithStatus(code: grpc.status, details: string): void {
    if (this.#call) this.#call.cancelWithStatus(code, details);
    else this.#call = new EndedCall(ownStatus(code, details));
  }

  getPeer(): string {
    return this.#call?.getPeer() ?? 'unknown';
  }

  getAuthContext(): ReturnType<InterceptingCallInterface['getAuthContext']> {
    return this.#call?.getAuthContext() ?? null;
  }

  #keep(act: Act): void {
    (this.#kept ??= []).push(act);
  }
}
