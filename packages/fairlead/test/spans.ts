import { context, propagation, SpanKind, SpanStatusCode, trace, type Attributes } from '@opentelemetry/api';
import {
  InMemorySpanExporter,
  NodeTracerProvider,
  SimpleSpanProcessor,
  type ReadableSpan,
} from '@opentelemetry/sdk-trace-node';

/** All that was exported of one span, but for its ids and times. */
export interface ExportedSpan {
  readonly name: string;
  readonly kind: string;
  /** Name of the parent; undefined for a root. */
  readonly parent: string | undefined;
  readonly attributes: Attributes;
  readonly events: readonly string[];
  /** `OK`, or `ERROR: message`. */
  readonly status: string;
}

/** The SDK of an application, registered, whose spans can be looked at. */
export class RegisteredSdk {
  readonly #exporter = new InMemorySpanExporter();
  readonly provider = new NodeTracerProvider({ spanProcessors: [new SimpleSpanProcessor(this.#exporter)] });

  constructor() {
    this.provider.register();
  }

  /** In the order of their ends. */
  get raw(): readonly ReadableSpan[] {
    return this.#exporter.getFinishedSpans();
  }

  get spans(): readonly ExportedSpan[] {
    const names = new Map(this.raw.map((span) => [span.spanContext().spanId, span.name]));
    return this.raw.map(({ name, kind, parentSpanContext, attributes, events, status }) => ({
      name,
      kind: SpanKind[kind],
      parent: parentSpanContext && (names.get(parentSpanContext.spanId) ?? 'not exported'),
      attributes,
      events: events.map((event) => event.name),
      status: SpanStatusCode[status.code] + (status.message === undefined ? '' : `: ${status.message}`),
    }));
  }

  /** Waits until so many spans have ended. */
  async ended(count: number): Promise<readonly ExportedSpan[]> {
    while (this.raw.length < count) await new Promise((resolve) => setTimeout(resolve, 5));
    return this.spans;
  }

  stop(): void {
    trace.disable();
    context.disable();
    propagation.disable();
  }
}
