import { bool, custom, InvalidOptionError, oneOf, optional, resolveOptions } from '@fairlead/core';

/**
 * Which attribute names spans have: the RPC conventions of OpenTelemetry as they are now, those that
 * `@opentelemetry/instrumentation-grpc` still has, or both.
 */
export type RpcConventions = 'stable' | 'old' | 'dup';

/** Any `TracerProvider` of `@opentelemetry/api`. */
export interface TracerProviderLike {
  getTracer(name: string, version?: string): unknown;
}

/** Any `TextMapPropagator` of `@opentelemetry/api`. */
export interface PropagatorLike {
  inject(context: never, carrier: unknown, setter: never): void;
}

/** How calls are traced. */
export interface TracingOptions {
  /**
   * Default `stable`, unless `OTEL_SEMCONV_STABILITY_OPT_IN` has `rpc/dup`, which is `dup`. `old` must be asked for: there are
   * no older spans of ours that somebody could depend on. In `dup`, name and `rpc.method` are those of `stable`.
   */
  readonly semconv?: RpcConventions;
  /** Makes the tracer. Default the globally registered one, also when it is registered later. Needs `@opentelemetry/api`. */
  readonly tracerProvider?: TracerProviderLike;
  /** Writes the trace context into the metadata of each attempt. Default the globally registered one (W3C, and baggage). */
  readonly propagator?: PropagatorLike;
  /**
   * A span for each attempt, below that of the call (gRFC A72). Default true. Without, the server's span is a child of the
   * call's, and where `@opentelemetry/instrumentation-grpc` has made that, all that is added is the event of a delayed name
   * resolution. What is told on the attempt's span only (a delayed pick, the member) is not told then.
   */
  readonly attemptSpans?: boolean;
  /** An event for each message, on the span of its attempt (gRFC A72). Default false. Not without `attemptSpans`. */
  readonly messageEvents?: boolean;
  /**
   * Keys of the request's metadata to show on the call's span, as `rpc.request.metadata.<key>`. Default none: metadata has
   * secrets. Lower-case; the values of `-bin` keys are shown as base64.
   */
  readonly metadataAttributes?: readonly string[];
}

/** Checked, with all defaults but those that are looked up for each call. */
export interface ResolvedTracingOptions {
  readonly semconv: RpcConventions;
  readonly tracerProvider: TracerProviderLike | undefined;
  readonly propagator: PropagatorLike | undefined;
  readonly attemptSpans: boolean;
  readonly messageEvents: boolean;
  readonly metadataAttributes: readonly string[];
}

const RULES = {
  semconv: optional(oneOf(['stable', 'old', 'dup'])),
  tracerProvider: withMethod<TracerProviderLike>('getTracer', 'a TracerProvider'),
  propagator: withMethod<PropagatorLike>('inject', 'a TextMapPropagator'),
  attemptSpans: bool({ default: true }),
  messageEvents: bool({ default: false }),
  metadataAttributes: custom(metadataKeys),
};

/**
 * @param given `false` for no tracing; `true` and undefined for the defaults.
 * @returns undefined for no tracing.
 * @throws InvalidOptionError
 */
export function resolveTracingOptions(
  given: unknown,
  optIn = process.env['OTEL_SEMCONV_STABILITY_OPT_IN'],
): ResolvedTracingOptions | undefined {
  if (given === false) return undefined;
  if (given !== undefined && given !== true && (typeof given !== 'object' || given === null)) {
    throw new InvalidOptionError('tracing', given, 'true, false or an object');
  }
  const options = resolveOptions(given === true ? {} : given, RULES, 'tracing');
  if (options.messageEvents && !options.attemptSpans) {
    throw new InvalidOptionError('tracing.messageEvents', true, 'not set beside tracing.attemptSpans: false');
  }
  return { ...options, semconv: options.semconv ?? conventionsOf(optIn) };
}

/** `rpc` is what we do anyway; other words are about other protocols. */
function conventionsOf(optIn: string | undefined): RpcConventions {
  const words = optIn?.split(',').map((word) => word.trim().toLowerCase());
  return words?.includes('rpc/dup') ? 'dup' : 'stable';
}

function withMethod<T extends object>(
  method: string,
  what: string,
): { check(value: unknown, name: string): T | undefined } {
  return custom((value, name): T | undefined => {
    if (value === undefined) return undefined;
    if (typeof (value as Record<string, unknown> | null)?.[method] === 'function') return value as T;
    throw new InvalidOptionError(name, value, `${what} (an object with ${method}())`);
  });
}

function metadataKeys(value: unknown, name: string): readonly string[] {
  if (value === undefined) return [];
  if (!Array.isArray(value)) throw new InvalidOptionError(name, value, 'a list of metadata keys');
  value.forEach((key: unknown, index) => {
    if (typeof key === 'string' && /^[0-9a-z_.-]+$/.test(key)) return;
    throw new InvalidOptionError(`${name}[${index}]`, key, 'a metadata key in lower case');
  });
  return [...new Set(value as readonly string[])];
}
