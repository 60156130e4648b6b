import { isOwnTimeout, type ClientThrottle, type Clock, type LoopStalls } from '@fairlead/core';
import { status as Code, type Metadata, type StatusObject } from '@grpc/grpc-js';
import { ForwardingCall } from '../call/forwarding-call.js';
import { isFromServer, outcomeOf } from '../circuit-breaker/outcome-of.js';
import type { CallListener, InterceptingCallInterface, PartialListener } from '../grpc-types.js';

/** How a backend rejects what is too much for it. */
const REJECTIONS: ReadonlySet<Code> = new Set([Code.RESOURCE_EXHAUSTED, Code.UNAVAILABLE]);

/** A call that the throttle let out: tells it once whether the callee took it, at the first message or at the status. */
export class ThrottledCall extends ForwardingCall implements CallListener {
  readonly #throttle: ClientThrottle;
  readonly #clock: Clock;
  readonly #stalls: LoopStalls;
  #listener: PartialListener | undefined;
  #sawHeaders = false;
  #told = false;
  /** Undefined while no stalls are watched for it: before its start, and once it has told. */
  #watchedSince: number | undefined;

  constructor(next: InterceptingCallInterface, throttle: ClientThrottle, clock: Clock, stalls: LoopStalls) {
    super(next);
    this.#throttle = throttle;
    this.#clock = clock;
    this.#stalls = stalls;
  }

  override start(metadata: Metadata, listener?: PartialListener): void {
    this.#listener = listener;
    if (!this.#told) {
      this.#watchedSince = this.#clock.now();
      this.#stalls.enter(this.#watchedSince);
    }
    super.start(metadata, this);
  }

  /** That the client gives up says nothing of the callee. */
  override cancelWithStatus(code: Code, details: string): void {
    this.#over();
    super.cancelWithStatus(code, details);
  }

  onReceiveMetadata(metadata: Metadata): void {
    this.#sawHeaders = true;
    this.#listener?.onReceiveMetadata?.(metadata);
  }

  onReceiveMessage(message: unknown): void {
    // A client with a unary response is told "no message" (null) before a failing status.
    if (message !== null) this.#tell(true);
    this.#listener?.onReceiveMessage?.(message);
  }

  onReceiveStatus(status: StatusObject): void {
    // Whoever did not answer in time may have taken it or not.
    if (status.code !== Code.DEADLINE_EXCEEDED && !this.#isExcused(status)) {
      const outcome = outcomeOf(status, this.#sawHeaders, REJECTIONS);
      if (outcome !== 'neutral') this.#tell(outcome === 'success');
    }
    this.#over();
    this.#listener?.onReceiveStatus?.(status);
  }

  #tell(accepted: boolean): void {
    if (this.#told) return;
    this.#over();
    this.#throttle.ended(accepted, this.#clock.now());
  }

  /** A stall of our own event loop may be all that is wrong. */
  #isExcused(status: StatusObject): boolean {
    if (this.#watchedSince === undefined || !isOwnTimeout(status.code, isFromServer(status, this.#sawHeaders))) {
      return false;
    }
    return this.#stalls.excuses(this.#watchedSince, this.#clock.now());
  }

  #over(): void {
    this.#told = true;
    if (this.#watchedSince === undefined) return;
    this.#watchedSince = undefined;
    this.#stalls.leave(this.#clock.now());
  }
}
