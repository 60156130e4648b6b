import type { Metadata } from '@grpc/grpc-js';
import type {
  Attributes,
  Context,
  Span,
  TextMapPropagator,
  TextMapSetter,
  Tracer,
  TracerProvider,
} from '@opentelemetry/api';
import type { OtelApi } from '../otel-api.js';
import { metadataSetter } from './metadata-setter.js';
import type { MethodSpans } from './method-spans.js';
import type { ResolvedTracingOptions } from './tracing-options.js';

const TRACER = '@fairlead/interceptors';

/** Tracing while somebody listens: the API, a tracer, and who writes the trace context into metadata. */
export class LiveTracing {
  readonly api: OtelApi;
  readonly #tracer: Tracer;
  readonly #propagator: Pick<TextMapPropagator, 'inject'>;
  readonly #setter: TextMapSetter<Metadata>;

  constructor(api: OtelApi, { tracerProvider, propagator }: ResolvedTracingOptions) {
    this.api = api;
    this.#tracer = ((tracerProvider as TracerProvider | undefined) ?? api.trace.getTracerProvider()).getTracer(TRACER);
    this.#propagator = (propagator as TextMapPropagator | undefined) ?? api.propagation;
    this.#setter = metadataSetter(api);
  }

  startCall(method: MethodSpans, parent: Context): Span {
    const { callName, callAttributes: attributes } = method;
    return this.#tracer.startSpan(callName, { kind: this.api.SpanKind.CLIENT, attributes }, parent);
  }

  /** Its kind is INTERNAL (gRFC A72): one call is one CLIENT span, however many attempts it takes. */
  startAttempt(method: MethodSpans, attributes: Attributes, parent: Context): Span {
    return this.#tracer.startSpan(method.attemptName, { attributes }, parent);
  }

  /** @param metadata is written to. */
  inject(context: Context, metadata: Metadata): void {
    this.#propagator.inject(context, metadata, this.#setter);
  }
}
