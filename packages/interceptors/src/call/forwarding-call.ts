import type * as grpc from '@grpc/grpc-js';
import type { InterceptingCallInterface, MessageContext, PartialListener } from '../grpc-types.js';

/** A call that does nothing but pass everything on. Policies extend it and override what they care for. */
export class ForwardingCall implements InterceptingCallInterface {
  protected readonly next: InterceptingCallInterface;

  constructor(next: InterceptingCallInterface) {
    this.next = next;
  }

  start(metadata: grpc.Metadata, listener?: PartialListener): void {
    this.next.start(metadata, listener);
  }

  sendMessage(message: unknown): void {
    this.next.sendMessage(message);
  }

  sendMessageWithContext(context: MessageContext, message: unknown): void {
    this.next.sendMessageWithContext(context, message);
  }

  startRead(): void {
    this.next.startRead();
  }

  halfClose(): void {
    this.next.halfClose();
  }

  cancelWithStatus(status: grpc.status, details: string): void {
    this.next.cancelWithStatus(status, details);
  }

  getPeer(): string {
    return this.next.getPeer();
  }

  getAuthContext(): ReturnType<InterceptingCallInterface['getAuthContext']> {
    return this.next.getAuthContext();
  }
}
