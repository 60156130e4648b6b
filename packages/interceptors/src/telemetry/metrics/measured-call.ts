import type { Clock } from '@fairlead/core';
import type * as grpc from '@grpc/grpc-js';
import { ForwardingCall } from '../../call/forwarding-call.js';
import type { CallListener, InterceptingCallInterface, PartialListener } from '../../grpc-types.js';
import type { CallAttempts } from './call-attempts.js';
import type { MethodMeter } from './method-meter.js';

/** A call of the application: recorded once, at its end. */
export class MeasuredCall extends ForwardingCall implements CallListener {
  readonly #meter: MethodMeter;
  readonly #clock: Clock;
  readonly #attempts: CallAttempts | undefined;
  readonly #startedAt: number;
  #listener: PartialListener | undefined;
  #ended = false;

  constructor(
    next: InterceptingCallInterface,
    meter: MethodMeter,
    clock: Clock,
    startedAt: number,
    attempts: CallAttempts | undefined,
  ) {
    super(next);
    this.#meter = meter;
    this.#clock = clock;
    this.#startedAt = startedAt;
    this.#attempts = attempts;
  }

  override start(metadata: grpc.Metadata, listener?: PartialListener): void {
    this.#listener = listener;
    super.start(metadata, this);
  }

  onReceiveMetadata(metadata: grpc.Metadata): void {
    this.#listener?.onReceiveMetadata?.(metadata);
  }

  onReceiveMessage(message: unknown): void {
    this.#listener?.onReceiveMessage?.(message);
  }

  onReceiveStatus(status: grpc.StatusObject): void {
    if (!this.#ended) {
      this.#ended = true;
      this.#meter.callEnded(status.code, this.#clock.now() - this.#startedAt, this.#attempts);
    }
    this.#listener?.onReceiveStatus?.(status);
  }
}
