import { attachAttemptContext, attemptContextOf, type AttemptContext, type Clock } from '@fairlead/core';
import type * as grpc from '@grpc/grpc-js';
import { ForwardingCall } from '../../call/forwarding-call.js';
import type { CallListener, InterceptingCallInterface, MessageContext, PartialListener } from '../../grpc-types.js';
import type { CallAttempts } from './call-attempts.js';
import type { MethodMeter } from './method-meter.js';

/**
 * One attempt: recorded at its start and at its end.
 *
 * A hedge that the call can do without begins when a pod is found for it: if none can be spared, there was no attempt.
 */
export class MeasuredAttempt extends ForwardingCall implements CallListener {
  readonly #meter: MethodMeter;
  readonly #clock: Clock;
  readonly #attempts: CallAttempts | undefined;
  #listener: PartialListener | undefined;
  #startedAt = 0;
  #underWay = false;
  #sentBytes = 0;
  #receivedBytes = 0;

  constructor(next: InterceptingCallInterface, meter: MethodMeter, clock: Clock, attempts: CallAttempts | undefined) {
    super(next);
    this.#meter = meter;
    this.#clock = clock;
    this.#attempts = attempts;
  }

  override start(metadata: grpc.Metadata, listener?: PartialListener): void {
    this.#listener = listener;
    this.#startedAt = this.#clock.now();
    const context = attemptContextOf(metadata);
    if (context?.optional)
      attachAttemptContext(
        metadata,
        beginWhenPicked(context, () => this.#begin(context)),
      );
    else this.#begin(context);
    super.start(metadata, this);
  }

  override sendMessage(message: unknown): void {
    this.#sentBytes += bytesOf(message);
    super.sendMessage(message);
  }

  override sendMessageWithContext(context: MessageContext, message: unknown): void {
    this.#sentBytes += bytesOf(message);
    super.sendMessageWithContext(context, message);
  }

  onReceiveMetadata(metadata: grpc.Metadata): void {
    this.#listener?.onReceiveMetadata?.(metadata);
  }

  onReceiveMessage(message: unknown): void {
    this.#receivedBytes += bytesOf(message);
    this.#listener?.onReceiveMessage?.(message);
  }

  onReceiveStatus(status: grpc.StatusObject): void {
    if (this.#underWay) {
      this.#underWay = false;
      const now = this.#clock.now();
      this.#attempts?.ended(now);
      this.#meter.attemptEnded(status.code, now - this.#startedAt, this.#sentBytes, this.#receivedBytes);
    }
    this.#listener?.onReceiveStatus?.(status);
  }

  #begin(context: AttemptContext | undefined): void {
    this.#underWay = true;
    this.#attempts?.began(context?.kind ?? 'first', this.#startedAt);
    this.#meter.attemptStarted();
  }
}

/** Tells of the pick before it passes it on. An optional attempt waits for nothing, so there is nothing else to pass on. */
function beginWhenPicked(context: AttemptContext, begin: () => void): AttemptContext {
  const { tried, kind = 'hedge' } = context;
  return {
    tried,
    kind,
    optional: true,
    onPicked: (endpoint, othersUntried) => {
      begin();
      context.onPicked(endpoint, othersUntried);
    },
    onWentAway: () => context.onWentAway?.(),
    onFailed: (failure, dropped) => context.onFailed(failure, dropped),
  };
}

/** In a client's own `interceptors`, messages are not serialized; to do that only for their size would cost too much. */
function bytesOf(message: unknown): number {
  return message instanceof Uint8Array ? message.byteLength : 0;
}
