import * as grpc from '@grpc/grpc-js';
import { ForwardingCall } from '../call/forwarding-call.js';
import { messageSize } from '../call/message-size.js';
import type {
  CallListener,
  InterceptingCallInterface,
  InterceptorOptions,
  MessageContext,
  PartialListener,
} from '../grpc-types.js';
import type { MessageLimits } from './message-limits.js';

/**
 * A call that ends with RESOURCE_EXHAUSTED at the first message that is too large. What is below is cancelled and hears
 * CANCELLED, so that it counts for no breaker or budget: it was us.
 */
export class MessageLimitsCall extends ForwardingCall implements CallListener {
  readonly #options: InterceptorOptions;
  readonly #limits: MessageLimits;
  #listener: PartialListener | undefined;
  /** Why the call is over; undefined while it is not. */
  #excess: string | undefined;
  #over = false;

  constructor(next: InterceptingCallInterface, options: InterceptorOptions, limits: MessageLimits) {
    super(next);
    this.#options = options;
    this.#limits = limits;
  }

  override start(metadata: grpc.Metadata, listener?: PartialListener): void {
    this.#listener = listener;
    super.start(metadata, this);
  }

  override sendMessage(message: unknown): void {
    if (this.#maySend(message)) super.sendMessage(message);
  }

  /** A message that is not sent has its callback called as on a call that is over: the status tells. */
  override sendMessageWithContext(context: MessageContext, message: unknown): void {
    if (this.#maySend(message)) super.sendMessageWithContext(context, message);
    else if (context.callback) process.nextTick(context.callback);
  }

  override halfClose(): void {
    if (this.#excess === undefined) super.halfClose();
  }

  onReceiveMetadata(metadata: grpc.Metadata): void {
    if (this.#excess === undefined) this.#listener?.onReceiveMetadata?.(metadata);
  }

  onReceiveMessage(message: unknown): void {
    if (this.#excess !== undefined) return;
    const most = this.#limits.maxResponseMessageBytes;
    // In a client's own `interceptors` it is an object already, whose size nobody knows.
    if (most === undefined || !(message instanceof Uint8Array) || message.byteLength <= most) {
      this.#listener?.onReceiveMessage?.(message);
      return;
    }
    this.#end(`Received message larger than max (${message.byteLength} vs. ${most})`);
  }

  /** The one of the call below: what it tells is passed on with our reason, its trail of attempts included. */
  onReceiveStatus(status: grpc.StatusObject): void {
    this.#over = true;
    const details = this.#excess;
    const told = details === undefined ? status : { ...status, code: grpc.status.RESOURCE_EXHAUSTED, details };
    this.#listener?.onReceiveStatus?.(told);
  }

  #maySend(message: unknown): boolean {
    if (this.#excess !== undefined) return false;
    const most = this.#limits.maxRequestMessageBytes;
    if (most === undefined) return true;
    const bytes = messageSize(message, this.#options);
    if (bytes <= most) return true;
    this.#end(`Attempted to send message larger than max (${bytes} vs. ${most})`);
    return false;
  }

  #end(excess: string): void {
    // What was over when the message came stays as it is.
    if (this.#over) return;
    this.#excess = excess;
    this.next.cancelWithStatus(grpc.status.CANCELLED, excess);
  }
}
