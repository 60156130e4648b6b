import { isOwnTimeout, type Clock, type LoopStalls } from '@fairlead/core';
import type * as grpc from '@grpc/grpc-js';
import { ForwardingCall } from '../call/forwarding-call.js';
import type { CallListener, InterceptingCallInterface, PartialListener } from '../grpc-types.js';
import type { Admission, Outcome } from './breaker.js';
import type { MethodBreaker } from './method-breaker.js';
import { isFromServer, outcomeOf } from './outcome-of.js';

/**
 * A call that a breaker has admitted: tells it the outcome once, at the first message or at the status, whichever comes
 * first. A stream that is served for hours proves at its first message that the callee is well.
 */
export class BreakerCall extends ForwardingCall implements CallListener {
  readonly #breaker: MethodBreaker;
  readonly #admission: Admission;
  #listener: PartialListener | undefined;
  readonly #clock: Clock;
  readonly #stalls: LoopStalls;
  #startedAt: number | undefined;
  #sawHeaders = false;
  #told = false;

  constructor(
    next: InterceptingCallInterface,
    breaker: MethodBreaker,
    admission: Admission,
    clock: Clock,
    stalls: LoopStalls,
  ) {
    super(next);
    this.#breaker = breaker;
    this.#admission = admission;
    this.#clock = clock;
    this.#stalls = stalls;
  }

  override start(metadata: grpc.Metadata, listener?: PartialListener): void {
    this.#listener = listener;
    if (!this.#told) {
      this.#startedAt = this.#clock.now();
      this.#stalls.enter(this.#startedAt);
    }
    super.start(metadata, this);
  }

  /** That the client gives up says nothing of the callee, whatever the status will be. After the end it is nothing. */
  override cancelWithStatus(code: grpc.status, details: string): void {
    this.#tell('neutral');
    super.cancelWithStatus(code, details);
  }

  onReceiveMetadata(metadata: grpc.Metadata): void {
    this.#sawHeaders = true;
    this.#listener?.onReceiveMetadata?.(metadata);
  }

  onReceiveMessage(message: unknown): void {
    // A client with a unary response is told "no message" (null) before a failing status.
    if (message !== null) this.#tell('success');
    this.#listener?.onReceiveMessage?.(message);
  }

  onReceiveStatus(status: grpc.StatusObject): void {
    if (!this.#told) this.#tell(this.#outcomeOf(status));
    this.#listener?.onReceiveStatus?.(status);
  }

  #outcomeOf(status: grpc.StatusObject): Outcome {
    const outcome = outcomeOf(status, this.#sawHeaders, this.#breaker.config.failureStatusCodes);
    if (outcome !== 'failure' || !isOwnTimeout(status.code, isFromServer(status, this.#sawHeaders))) return outcome;
    return this.#stalls.excuses(this.#startedAt ?? 0, this.#clock.now()) ? 'neutral' : 'failure';
  }

  #tell(outcome: Outcome): void {
    if (this.#told) return;
    this.#told = true;
    if (this.#startedAt !== undefined) this.#stalls.leave(this.#clock.now());
    this.#breaker.leave(this.#admission, outcome);
  }
}
