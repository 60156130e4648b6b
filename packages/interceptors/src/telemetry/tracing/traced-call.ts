import type * as grpc from '@grpc/grpc-js';
import type { Span } from '@opentelemetry/api';
import { ForwardingCall } from '../../call/forwarding-call.js';
import type { CallListener, InterceptingCallInterface, PartialListener } from '../../grpc-types.js';
import { REQUEST_METADATA } from './attributes.js';
import type { CallTrace } from './call-trace.js';
import { endSpan, failSpan } from './end-span.js';
import type { MethodSpans } from './method-spans.js';
import type { ResolvedTracingOptions } from './tracing-options.js';

/** A call with a span, from its start to its status. One that is never started has none. */
export class TracedCall extends ForwardingCall implements CallListener {
  readonly #trace: CallTrace;
  readonly #method: MethodSpans;
  readonly #options: ResolvedTracingOptions;
  #listener: PartialListener | undefined;
  /** Undefined before the start and after the end. */
  #span: Span | undefined;

  constructor(next: InterceptingCallInterface, trace: CallTrace, method: MethodSpans, options: ResolvedTracingOptions) {
    super(next);
    this.#trace = trace;
    this.#method = method;
    this.#options = options;
  }

  override start(metadata: grpc.Metadata, listener?: PartialListener): void {
    const span = this.#trace.begin(this.#method);
    const sent = this.#options.attemptSpans ? metadata : this.#inject(metadata);
    // Nobody will see this span: what it could say is not worked out.
    if (!span.isRecording()) return super.start(sent, listener);
    this.#span = span;
    this.#listener = listener;
    this.#showMetadata(span, metadata);
    try {
      super.start(sent, this);
    } catch (error) {
      failSpan(this.#trace.live.api, span, error);
      this.#span = undefined;
      throw error;
    }
  }

  onReceiveMetadata(metadata: grpc.Metadata): void {
    this.#listener?.onReceiveMetadata?.(metadata);
  }

  onReceiveMessage(message: unknown): void {
    this.#listener?.onReceiveMessage?.(message);
  }

  /** The span ends before the client is told, who may look at its spans, or end the process. */
  onReceiveStatus(status: grpc.StatusObject): void {
    if (this.#span) endSpan(this.#trace.live.api, this.#span, this.#method, status);
    this.#span = undefined;
    this.#listener?.onReceiveStatus?.(status);
  }

  /** A copy: the metadata is the caller's. */
  #inject(metadata: grpc.Metadata): grpc.Metadata {
    const copy = metadata.clone();
    this.#trace.live.inject(this.#trace.context, copy);
    return copy;
  }

  #showMetadata(span: Span, metadata: grpc.Metadata): void {
    for (const key of this.#options.metadataAttributes) {
      const values = metadata.get(key);
      if (values.length > 0) span.setAttribute(REQUEST_METADATA + key, values.map(asText));
    }
  }
}

function asText(value: grpc.MetadataValue): string {
  return typeof value === 'string' ? value : value.toString('base64');
}
