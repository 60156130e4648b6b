import type { Context, Span } from '@opentelemetry/api';
import type { OtelApi } from '../otel-api.js';

/** Of a span of the SDK, what tells who made it: version 2 and version 1. The API itself does not tell. */
interface SdkSpan {
  readonly name?: string;
  readonly kind?: number;
  readonly instrumentationScope?: { readonly name?: string };
  readonly instrumentationLibrary?: { readonly name?: string };
}

const INSTRUMENTATION = '@opentelemetry/instrumentation-grpc';

/**
 * The span that `@opentelemetry/instrumentation-grpc` has made for this very call; a second one would say the same once
 * more. Its server spans are active while handlers make calls, and an ended span of its client stays active in the
 * callback of that call: neither is this call's.
 */
export function instrumentedSpan(api: OtelApi, context: Context, path: string): Span | undefined {
  const span = api.trace.getSpan(context);
  if (span === undefined) return undefined;
  const { name, kind, instrumentationScope, instrumentationLibrary } = span as SdkSpan;
  const scope = instrumentationScope ?? instrumentationLibrary;
  if (scope?.name !== INSTRUMENTATION || kind !== api.SpanKind.CLIENT) return undefined;
  return span.isRecording() && name === `grpc.${path.replace('/', '')}` ? span : undefined;
}
