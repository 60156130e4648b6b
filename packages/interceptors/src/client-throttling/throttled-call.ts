import type { ClientThrottle, Clock } from '@fairlead/core';
import { status as Code, type Metadata, type StatusObject } from '@grpc/grpc-js';
import { ForwardingCall } from '../call/forwarding-call.js';
import { outcomeOf } from '../circuit-breaker/outcome-of.js';
import type { CallListener, InterceptingCallInterface, PartialListener } from '../grpc-types.js';

/** How a backend rejects what is too much for it. */
const REJECTIONS: ReadonlySet<Code> = new Set([Code.RESOURCE_EXHAUSTED, Code.UNAVAILABLE]);

/** A call that the throttle let out: tells it once whether the callee took it, at the first message or at the status. */
export class ThrottledCall extends ForwardingCall implements CallListener {
  readonly #throttle: ClientThrottle;
  readonly #clock: Clock;
  #listener: PartialListener | undefined;
  #sawHeaders = false;
  #told = false;

  constructor(next: InterceptingCallInterface, throttle: ClientThrottle, clock: Clock) {
    super(next);
    this.#throttle = throttle;
    this.#clock = clock;
  }

  override start(metadata: Metadata, listener?: PartialListener): void {
    this.#listener = listener;
    super.start(metadata, this);
  }

  /** That the client gives up says nothing of the callee. */
  override cancelWithStatus(code: Code, details: string): void {
    this.#told = true;
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
    if (status.code !== Code.DEADLINE_EXCEEDED) {
      const outcome = outcomeOf(status, this.#sawHeaders, REJECTIONS);
      if (outcome !== 'neutral') this.#tell(outcome === 'success');
    }
    this.#told = true;
    this.#listener?.onReceiveStatus?.(status);
  }

  #tell(accepted: boolean): void {
    if (this.#told) return;
    this.#told = true;
    this.#throttle.ended(accepted, this.#clock.now());
  }
}
