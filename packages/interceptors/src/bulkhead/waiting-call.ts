import type * as grpc from '@grpc/grpc-js';
import { EndedCall } from '../call/ended-call.js';
import { ownStatus } from '../call/own-status.js';
import type { InterceptingCallInterface, MessageContext, PartialListener } from '../grpc-types.js';

type Act = (call: InterceptingCallInterface) => void;

/**
 * A call that waits for its turn: keeps what the client does, and does it on the call that it becomes. Back-pressure holds:
 * a write that is kept is not accepted yet.
 */
export class WaitingCall implements InterceptingCallInterface {
  #call: InterceptingCallInterface | undefined;
  #kept: Act[] = [];
  #giveUp: (() => void) | undefined;

  /** @param giveUp called when the client cancels while it waits. */
  constructor(giveUp: () => void) {
    this.#giveUp = giveUp;
  }

  /** It waits no longer: this is the call from now on. Ignored when it became one before. */
  become(call: InterceptingCallInterface): void {
    if (this.#call) return;
    this.#call = call;
    this.#giveUp = undefined;
    const kept = this.#kept;
    this.#kept = [];
    for (const act of kept) act(call);
  }

  start(metadata: grpc.Metadata, listener?: PartialListener): void {
    this.#do((call) => call.start(metadata, listener));
  }

  sendMessage(message: unknown): void {
    this.#do((call) => call.sendMessage(message));
  }

  sendMessageWithContext(context: MessageContext, message: unknown): void {
    this.#do((call) => call.sendMessageWithContext(context, message));
  }

  startRead(): void {
    this.#do((call) => call.startRead());
  }

  halfClose(): void {
    this.#do((call) => call.halfClose());
  }

  cancelWithStatus(code: grpc.status, details: string): void {
    if (this.#call) return this.#call.cancelWithStatus(code, details);
    this.#giveUp?.();
    this.become(new EndedCall(ownStatus(code, details)));
  }

  getPeer(): string {
    return this.#call?.getPeer() ?? 'unknown';
  }

  getAuthContext(): ReturnType<InterceptingCallInterface['getAuthContext']> {
    return this.#call?.getAuthContext() ?? null;
  }

  #do(act: Act): void {
    if (this.#call) act(this.#call);
    else this.#kept.push(act);
  }
}
