import { attachAttemptContext, attemptContextOf, type AttemptContext, type AttemptDelay } from '@fairlead/core';
import type { AttemptKind, Endpoint, FailureClass } from '@fairlead/core';
import * as grpc from '@grpc/grpc-js';
import type { Attributes, Span } from '@opentelemetry/api';
import type { AttemptRecord } from '../../attempts/attempt-record.js';
import { ForwardingCall } from '../../call/forwarding-call.js';
import type { CallListener, InterceptingCallInterface, MessageContext, PartialListener } from '../../grpc-types.js';
import { Attempt } from '../../retry/attempt.js';
import { ATTRIBUTES, EVENTS } from './attributes.js';
import type { CallTrace } from './call-trace.js';
import { endSpan, failSpan } from './end-span.js';
import { MessageEvents } from './message-events.js';
import { memberAttributes, peerAttributes } from './peer-attributes.js';
import type { CallEnd, MethodSpans } from './method-spans.js';

const NOTHING_TRIED: ReadonlySet<string> = new Set();

/**
 * An attempt with a span, below that of its call. Stands between what makes the attempts and the pool: hears what the
 * pool tells of the attempt and hands it on, and its span is the one that the server gets as a parent.
 */
export class TracedAttempt extends ForwardingCall implements CallListener, AttemptContext {
  readonly #trace: CallTrace;
  readonly #method: MethodSpans;
  readonly #withMessages: boolean;
  #inner: AttemptContext | undefined;
  #listener: PartialListener | undefined;
  /** Undefined before the start and after the end. */
  #span: Span | undefined;
  #messages: MessageEvents | undefined;
  #endpoint: Endpoint | undefined;
  #failure: FailureClass | undefined;
  /** The pool could spare no pod for an attempt that its call can do without. */
  #notMade = false;

  constructor(next: InterceptingCallInterface, trace: CallTrace, method: MethodSpans, withMessages: boolean) {
    super(next);
    this.#trace = trace;
    this.#method = method;
    this.#withMessages = withMessages;
  }

  // What its call does.

  override start(given: grpc.Metadata, listener?: PartialListener): void {
    const { live, span: callSpan, context } = this.#trace;
    this.#inner = attemptContextOf(given);
    // With a context it belongs to this attempt; without, nobody has made a copy yet.
    const metadata = this.#inner ? given : given.clone();
    if (!callSpan?.isRecording()) {
      live.inject(context, metadata);
      return super.start(metadata, listener);
    }
    const span = live.startAttempt(this.#method, startAttributes(this.#inner, metadata), context);
    live.inject(live.api.trace.setSpan(context, span), metadata);
    this.#span = span;
    this.#listener = listener;
    if (this.#withMessages) this.#messages = new MessageEvents(span);
    if (this.#inner instanceof Attempt) this.#inner.onRecord = (record) => this.#recorded(record);
    if (this.#inner) attachAttemptContext(metadata, this);
    try {
      super.start(metadata, this);
    } catch (error) {
      this.#span = undefined;
      failSpan(live.api, span, error);
      throw error;
    }
  }

  override sendMessage(message: unknown): void {
    this.#messages?.sent(message);
    super.sendMessage(message);
  }

  override sendMessageWithContext(context: MessageContext, message: unknown): void {
    this.#messages?.sent(message);
    super.sendMessageWithContext(context, message);
  }

  // What the pool says of it.

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
    if (delay === 'pick') this.#span?.addEvent(EVENTS.picked);
    else this.#trace.span?.addEvent(EVENTS.resolved);
    this.#inner?.onDelayed?.(delay);
  }

  onPicked(endpoint: Endpoint, othersUntried: boolean): void {
    this.#endpoint = endpoint;
    this.#span?.setAttributes(memberAttributes(endpoint));
    this.#inner?.onPicked(endpoint, othersUntried);
  }

  onWentAway(): void {
    this.#inner?.onWentAway?.();
  }

  onFailed(failure: FailureClass, dropped?: boolean): void {
    this.#failure = failure;
    this.#notMade = this.optional && this.#endpoint === undefined && failure === 'unsent';
    this.#inner?.onFailed(failure, dropped);
  }

  // What the wire says.

  onReceiveMetadata(metadata: grpc.Metadata): void {
    this.#listener?.onReceiveMetadata?.(metadata);
  }

  onReceiveMessage(message: unknown): void {
    this.#messages?.received(message);
    this.#listener?.onReceiveMessage?.(message);
  }

  /** A failure is first told to the call, which decides in this very moment what follows, and records it. */
  onReceiveStatus(status: grpc.StatusObject): void {
    if (status.code === grpc.status.OK) this.#end(status);
    try {
      this.#listener?.onReceiveStatus?.(status);
    } finally {
      this.#end(status);
    }
  }

  /** Also told of an attempt that its call has given up, before the wire knows of it. */
  #recorded(record: AttemptRecord): void {
    this.#failure ??= record.failure;
    const { retried, reason } = record.next;
    this.#span?.setAttributes({ [ATTRIBUTES.attemptRetried]: retried, [ATTRIBUTES.attemptReason]: reason });
    this.#end(record);
  }

  #end(end: CallEnd): void {
    const span = this.#span;
    if (span === undefined) return;
    this.#span = undefined;
    this.#messages = undefined;
    // Nothing has failed: the status of its span stays unset.
    if (this.#notMade) return span.setAttribute(ATTRIBUTES.attemptReason, end.details).end();
    span.setAttributes(peerAttributes(this.getPeer(), this.#endpoint));
    if (end.code !== grpc.status.OK && this.#failure) span.setAttribute(ATTRIBUTES.attemptFailure, this.#failure);
    endSpan(this.#trace.live.api, span, this.#method, end);
  }
}

/** `grpc-previous-rpc-attempts` is what the server is told, too; transparent retries are not counted (gRFC A6, A72). */
function startAttributes(context: AttemptContext | undefined, metadata: grpc.Metadata): Attributes {
  return {
    [ATTRIBUTES.previousAttempts]: Number(metadata.get('grpc-previous-rpc-attempts')[0] ?? 0),
    [ATTRIBUTES.transparentRetry]: context?.kind === 'transparent-retry',
    ...(context?.kind === undefined ? {} : { [ATTRIBUTES.attemptKind]: context.kind }),
  };
}
