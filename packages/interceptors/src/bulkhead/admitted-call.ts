import type * as grpc from '@grpc/grpc-js';
import { ForwardingCall } from '../call/forwarding-call.js';
import type { CallListener, InterceptingCallInterface, PartialListener } from '../grpc-types.js';
import type { Slots } from './slots.js';

/** A call that has a slot, and gives it back once: at its status, or when it is cancelled before it was started. */
export class AdmittedCall extends ForwardingCall implements CallListener {
  readonly #slots: Slots;
  #listener: PartialListener | undefined;
  #started = false;
  #released = false;

  constructor(next: InterceptingCallInterface, slots: Slots) {
    super(next);
    this.#slots = slots;
  }

  override start(metadata: grpc.Metadata, listener?: PartialListener): void {
    this.#started = true;
    this.#listener = listener;
    super.start(metadata, this);
  }

  /** A call that was started ends with a status; until then it may still be under way. */
  override cancelWithStatus(code: grpc.status, details: string): void {
    super.cancelWithStatus(code, details);
    if (!this.#started) this.#release();
  }

  onReceiveMetadata(metadata: grpc.Metadata): void {
    this.#listener?.onReceiveMetadata?.(metadata);
  }

  onReceiveMessage(message: unknown): void {
    this.#listener?.onReceiveMessage?.(message);
  }

  onReceiveStatus(status: grpc.StatusObject): void {
    this.#release();
    this.#listener?.onReceiveStatus?.(status);
  }

  #release(): void {
    if (this.#released) return;
    this.#released = true;
    this.#slots.release();
  }
}
