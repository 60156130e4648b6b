import {
  attachAttemptContext,
  attemptContextOf,
  type AttemptContext,
  type AttemptDelay,
  type AttemptKind,
  type Endpoint,
  type FailureClass,
} from '@fairlead/core';
import type * as grpc from '@grpc/grpc-js';
import { ForwardingCall } from '../../call/forwarding-call.js';
import type { InterceptingCallInterface, PartialListener } from '../../grpc-types.js';
import { EVENTS } from './attributes.js';
import type { CallTrace } from './call-trace.js';

const NOTHING_TRIED: ReadonlySet<string> = new Set();

/** An attempt without a span: what the pool tells of it and belongs to the span of its call is written there. */
export class UntracedAttempt extends ForwardingCall implements AttemptContext {
  readonly #trace: CallTrace;
  #inner: AttemptContext | undefined;

  constructor(next: InterceptingCallInterface, trace: CallTrace) {
    super(next);
    this.#trace = trace;
  }

  override start(metadata: grpc.Metadata, listener?: PartialListener): void {
    this.#inner = attemptContextOf(metadata);
    if (this.#inner && this.#trace.span?.isRecording()) attachAttemptContext(metadata, this);
    super.start(metadata, listener);
  }

  get tried(): ReadonlySet<string> {
    return this.#inner?.tried ?? NOTHING_TRIED;
  }

  get kind(): AttemptKind {
    return this.#inner?.kind ?? 'first';
  }

  get optional(): boolean {
    return this.#inner?.optional ?? false;
  }

  onDelayed(delay: AttemptDelay): void {
    if (delay === 'name-resolution') this.#trace.span?.addEvent(EVENTS.resolved);
    this.#inner?.onDelayed?.(delay);
  }

  onPicked(endpoint: Endpoint, othersUntried: boolean): void {
    this.#inner?.onPicked(endpoint, othersUntried);
  }

  onWentAway(): void {
    this.#inner?.onWentAway?.();
  }

  onFailed(failure: FailureClass, dropped?: boolean): void {
    this.#inner?.onFailed(failure, dropped);
  }
}
