import type { Metadata } from '@grpc/grpc-js';
import type {
  Attributes,
  Context,
  Span,
  SpanOptions,
  TextMapPropagator,
  TextMapSetter,
  Tracer,
  TracerProvider,
} from '@opentelemetry/api';
import type { OtelApi } from '../otel-api.js';
import { metadataSetter } from './metadata-setter.js';
import type { MethodSpans } from './method-spans.js';
import { VERSION } from '../version.js';
import type { ResolvedTracingOptions } from './tracing-options.js';
import { warnOfTracing } from './tracing-warning.js';

const TRACER = '@fairlead/interceptors';

/** Tracing while somebody listens: the API, a tracer, and who writes the trace context into metadata. */
export class LiveTracing {
  readonly api: OtelApi;
  readonly #tracer: Tracer;
  readonly #propagator: Pick<TextMapPropagator, 'inject'>;
  readonly #setter: TextMapSetter<Metadata>;

  constructor(api: OtelApi, { tracerProvider, propagator }: ResolvedTracingOptions) {
    this.api = api;
    this.#tracer = ((tracerProvider as TracerProvider | undefined) ?? api.trace.getTracerProvider()).getTracer(
      TRACER,
      VERSION,
    );
    this.#propagator = (propagator as TextMapPropagator | undefined) ?? api.propagation;
    this.#setter = metadataSetter(api);
  }

  startCall(method: MethodSpans, parent: Context): Span {
    const { callName, callAttributes: attributes } = method;
    return this.#startSpan(callName, { kind: this.api.SpanKind.CLIENT, attributes }, parent);
  }

  /** Its kind is INTERNAL (gRFC A72): one call is one CLIENT span, however many attempts it takes. */
  startAttempt(method: MethodSpans, attributes: Attributes, parent: Context): Span {
    return this.#startSpan(method.attemptName, { attributes }, parent);
  }

  /** @param metadata is written to. */
  inject(context: Context, metadata: Metadata): void {
    try {
      this.#propagator.inject(context, metadata, this.#setter);
    } catch (error) {
      warnOfTracing(error);
    }
  }

  /** Where a sampler or a span processor throws, the trace goes on with the parent, as without an SDK. */
  #startSpan(name: string, options: SpanOptions, parent: Context): Span {
    try {
      return this.#tracer.startSpan(name, options, parent);
    } catch (error) {
      warnOfTracing(error);
      const { trace, INVALID_SPAN_CONTEXT } = this.api;
      return trace.wrapSpanContext(trace.getSpanContext(parent) ?? INVALID_SPAN_CONTEXT);
    }
  }
}
