import { isOwnTimeout, type Clock, type LoopStalls } from '@fairlead/core';
import * as grpc from '@grpc/grpc-js';
import { refusedStatus } from '../attempts/refused-status.js';
import { EndedCall } from '../call/ended-call.js';
import { LateCall } from '../call/late-call.js';
import type { CallListener, InterceptingCallInterface, PartialListener } from '../grpc-types.js';
import type { Admission, Outcome } from './breaker.js';
import type { MethodBreaker } from './method-breaker.js';
import { isFromServer, outcomeOf } from './outcome-of.js';

/**
 * A call that asks a breaker when it is started; one that is refused is not made. One that is admitted tells the breaker
 * the outcome once, at the first message or at the status, whichever comes first. A stream that is served for hours proves
 * at its first message that the callee is well.
 */
export class BreakerCall extends LateCall implements CallListener {
  readonly #make: () => InterceptingCallInterface;
  readonly #breaker: MethodBreaker;
  readonly #clock: Clock;
  readonly #stalls: LoopStalls;
  #listener: PartialListener | undefined;
  /** Undefined before it is admitted, and after it has told the outcome. */
  #admission: Admission | undefined;
  #startedAt = 0;
  #sawHeaders = false;

  constructor(make: () => InterceptingCallInterface, breaker: MethodBreaker, clock: Clock, stalls: LoopStalls) {
    super();
    this.#make = make;
    this.#breaker = breaker;
    this.#clock = clock;
    this.#stalls = stalls;
  }

  protected begin(metadata: grpc.Metadata, listener: PartialListener | undefined): void {
    this.#admission = this.#breaker.enter();
    if (this.#admission === undefined) return this.become(this.#refused(), metadata, listener);
    this.#listener = listener;
    this.#startedAt = this.#clock.now();
    this.#stalls.enter(this.#startedAt);
    try {
      this.become(this.#make(), metadata, this);
    } catch (error) {
      // A closed channel throws, or an interceptor further in.
      this.#tell('neutral');
      throw error;
    }
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
    if (this.#admission !== undefined) this.#tell(this.#outcomeOf(status));
    this.#listener?.onReceiveStatus?.(status);
  }

  #outcomeOf(status: grpc.StatusObject): Outcome {
    const outcome = outcomeOf(status, this.#sawHeaders, this.#breaker.config.failureStatusCodes);
    if (outcome !== 'failure' || !isOwnTimeout(status.code, isFromServer(status, this.#sawHeaders))) return outcome;
    return this.#stalls.excuses(this.#startedAt, this.#clock.now()) ? 'neutral' : 'failure';
  }

  #tell(outcome: Outcome): void {
    const admission = this.#admission;
    if (admission === undefined) return;
    this.#admission = undefined;
    this.#stalls.leave(this.#clock.now());
    this.#breaker.leave(admission, outcome);
  }

  #refused(): EndedCall {
    const reason = 'the circuit breaker let nothing through';
    return new EndedCall(refusedStatus(grpc.status.UNAVAILABLE, this.#breaker.describe(), reason, this.#clock));
  }
}
