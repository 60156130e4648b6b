import {
  attachAttemptContext,
  attemptContextOf,
  classifyFailure,
  isCredentialsFailure,
  isLocalEnd,
  isOwnTimeout,
  type AttemptContext,
  type AttemptDelay,
  type AttemptKind,
  type Clock,
  type Endpoint,
  type FailureClass,
  type LoopStalls,
} from '@fairlead/core';
import { status as Code, type Metadata, type StatusObject } from '@grpc/grpc-js';
import { ForwardingCall } from '../call/forwarding-call.js';
import { isFromServer } from '../circuit-breaker/outcome-of.js';
import type { CallListener, InterceptingCallInterface, PartialListener } from '../grpc-types.js';
import type { AdaptiveBulkhead } from './adaptive-bulkhead.js';

/**
 * The callee refused the call, or did not answer in time. Other failures are ignored, as in Netflix's
 * `ConcurrencyLimitClientInterceptor`: an error that comes quickly must not pass for a callee that has time.
 */
const DROPS: ReadonlySet<Code> = new Set([Code.UNAVAILABLE, Code.RESOURCE_EXHAUSTED, Code.DEADLINE_EXCEEDED]);

const NOTHING_TRIED: ReadonlySet<string> = new Set();

/**
 * An attempt that tells the limits how it fared, once: at its first message (a stream may go on for hours) or at its status.
 * It stands between the policy that makes attempts and the pool, so it passes their context on; the time counts from the
 * pick, because waiting for a pod says nothing of the callee. Nor does what a stall of our own event loop may explain.
 */
export class SampledAttempt extends ForwardingCall implements CallListener, AttemptContext {
  readonly #limits: readonly AdaptiveBulkhead[];
  readonly #clock: Clock;
  readonly #stalls: LoopStalls;
  #inFlight: readonly number[] = [];
  #listener: PartialListener | undefined;
  #outer: AttemptContext | undefined;
  #beganAt = 0;
  #failure: FailureClass | undefined;
  #sawHeaders = false;
  #told = false;
  /** The stalls are watched for it. */
  #watched = false;

  constructor(next: InterceptingCallInterface, limits: readonly AdaptiveBulkhead[], clock: Clock, stalls: LoopStalls) {
    super(next);
    this.#limits = limits;
    this.#clock = clock;
    this.#stalls = stalls;
  }

  override start(metadata: Metadata, listener?: PartialListener): void {
    this.#listener = listener;
    this.#beganAt = this.#clock.now();
    this.#inFlight = this.#limits.map(({ running }) => running);
    this.#outer = attemptContextOf(metadata);
    if (this.#outer) attachAttemptContext(metadata, this);
    if (!this.#told) {
      this.#watched = true;
      this.#stalls.enter(this.#beganAt);
    }
    super.start(metadata, this);
  }

  /** That the client gives up, or that another attempt was faster, says nothing of the callee. */
  override cancelWithStatus(code: Code, details: string): void {
    this.#over();
    super.cancelWithStatus(code, details);
  }

  // The attempt's context, between the policy above and the pool below.

  get tried(): ReadonlySet<string> {
    return this.#outer?.tried ?? NOTHING_TRIED;
  }

  get kind(): AttemptKind {
    return this.#outer?.kind ?? 'first';
  }

  get optional(): boolean {
    return this.#outer?.optional === true;
  }

  onDelayed(delay: AttemptDelay): void {
    this.#outer?.onDelayed?.(delay);
  }

  onPicked(endpoint: Endpoint, othersUntried: boolean): void {
    this.#beganAt = this.#clock.now();
    this.#outer?.onPicked(endpoint, othersUntried);
  }

  onWentAway(): void {
    this.#outer?.onWentAway?.();
  }

  onFailed(failure: FailureClass, dropped?: boolean): void {
    this.#failure = failure;
    this.#outer?.onFailed(failure, dropped);
  }

  // What the callee says.

  onReceiveMetadata(metadata: Metadata): void {
    this.#sawHeaders = true;
    this.#listener?.onReceiveMetadata?.(metadata);
  }

  onReceiveMessage(message: unknown): void {
    // A client with a unary response is told "no message" (null) before a failing status.
    if (message !== null) this.#tell(false);
    this.#listener?.onReceiveMessage?.(message);
  }

  onReceiveStatus(status: StatusObject): void {
    if (status.code === Code.OK) this.#tell(false);
    else if (DROPS.has(status.code) && this.#isOfTheCallee(status)) this.#tell(true);
    this.#over();
    this.#listener?.onReceiveStatus?.(status);
  }

  #isOfTheCallee(status: StatusObject): boolean {
    const { code, details } = status;
    const fromServer = isFromServer(status, this.#sawHeaders);
    if (isLocalEnd(status) || isCredentialsFailure({ details, fromServer })) return false;
    if (isOwnTimeout(code, fromServer) && this.#stalls.excuses(this.#beganAt, this.#clock.now())) return false;
    return (this.#failure ?? classifyFailure({ code, details, fromServer })) === 'maybe-processed';
  }

  #tell(dropped: boolean): void {
    if (this.#told) return;
    const now = this.#clock.now();
    const isKnown = dropped || !this.#stalls.distorts(this.#beganAt, now);
    this.#over();
    if (!isKnown) return;
    const latencyMs = now - this.#beganAt;
    this.#limits.forEach((limit, index) => {
      limit.learn({ latencyMs, inFlight: this.#inFlight[index] ?? 0, dropped }, now);
    });
  }

  /** Nothing more is told of it. */
  #over(): void {
    this.#told = true;
    if (!this.#watched) return;
    this.#watched = false;
    this.#stalls.leave(this.#clock.now());
  }
}
