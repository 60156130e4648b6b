import {
  context,
  diag,
  DiagLogLevel,
  propagation,
  SpanKind,
  SpanStatusCode,
  trace,
  type Attributes,
} from '@opentelemetry/api';
import {
  AlwaysOnSampler,
  InMemorySpanExporter,
  NodeTracerProvider,
  SimpleSpanProcessor,
  type ReadableSpan,
  type Sampler,
} from '@opentelemetry/sdk-trace-node';

/** All that was exported of one span, but for its ids and times. */
export interface ExportedSpan {
  readonly name: string;
  readonly kind: string;
  /** Name of the parent; undefined for a root. */
  readonly parent: string | undefined;
  readonly scope: string;
  readonly attributes: Attributes;
  readonly events: readonly (readonly [string, Attributes])[];
  /** `UNSET`, `OK`, or `ERROR: message`. */
  readonly status: string;
}

/** An SDK whose spans can be looked at. */
export class Spans {
  readonly exporter = new InMemorySpanExporter();
  readonly provider: NodeTracerProvider;
  /** What the API and the SDK complain of, such as a span that is ended twice. */
  readonly complaints: string[] = [];

  constructor(sampler: Sampler = new AlwaysOnSampler()) {
    this.provider = new NodeTracerProvider({ sampler, spanProcessors: [new SimpleSpanProcessor(this.exporter)] });
  }

  /** In the order of their ends. */
  get raw(): readonly ReadableSpan[] {
    return this.exporter.getFinishedSpans();
  }

  get exported(): readonly ExportedSpan[] {
    const names = new Map(this.raw.map((span) => [span.spanContext().spanId, span.name]));
    return this.raw.map((span) => describe(span, names));
  }

  /** The exported spans whose names begin so. */
  named(prefix: string): readonly ExportedSpan[] {
    return this.exported.filter(({ name }) => name.startsWith(prefix));
  }

  /** Makes it the global one, with the context manager and the propagators of the SDK. {@link unregister} takes it back. */
  register(): this {
    const complain = (text: string): unknown => this.complaints.push(text);
    const ignore = (): void => undefined;
    const logger = { error: complain, warn: complain, info: ignore, debug: ignore, verbose: ignore };
    diag.setLogger(logger, { logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true });
    this.provider.register();
    return this;
  }
}

export function unregister(): void {
  diag.disable();
  trace.disable();
  context.disable();
  propagation.disable();
}

function describe(span: ReadableSpan, names: ReadonlyMap<string, string>): ExportedSpan {
  const { name, kind, parentSpanContext, instrumentationScope, attributes, events, status } = span;
  const parent = parentSpanContext && (names.get(parentSpanContext.spanId) ?? 'not exported');
  return {
    name,
    kind: SpanKind[kind],
    parent,
    scope: instrumentationScope.name,
    attributes,
    events: events.map((event) => [event.name, event.attributes ?? {}]),
    status: SpanStatusCode[status.code] + (status.message === undefined ? '' : `: ${status.message}`),
  };
}
