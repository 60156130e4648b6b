import { statusName } from '@fairlead/core';
import { status as Code } from '@grpc/grpc-js';
import type { Span } from '@opentelemetry/api';
import type { OtelApi } from '../otel-api.js';
import { ATTRIBUTES } from './attributes.js';
import type { CallEnd, MethodSpans } from './method-spans.js';
import { warnOfTracing } from './tracing-warning.js';

/** Ends a span as its call or attempt ended: OK is OK, all else is an error `CODE, details` (gRFC A72). */
export function endSpan(api: OtelApi, span: Span, method: MethodSpans, how: CallEnd): void {
  span.setAttributes(method.endAttributes(how));
  if (how.code === Code.OK) span.setStatus({ code: api.SpanStatusCode.OK });
  else span.setStatus({ code: api.SpanStatusCode.ERROR, message: describe(how) });
  end(span);
}

/** Ends the span of what could not even be started. */
export function failSpan(api: OtelApi, span: Span, error: unknown): void {
  const { name, message } = error instanceof Error ? error : { name: typeof error, message: String(error) };
  span.setAttribute(ATTRIBUTES.errorType, name);
  span.setStatus({ code: api.SpanStatusCode.ERROR, message });
  end(span);
}

/** Runs the application's span processors. */
function end(span: Span): void {
  try {
    span.end();
  } catch (error) {
    warnOfTracing(error);
  }
}

function describe({ code, details }: CallEnd): string {
  return details === '' ? statusName(code) : `${statusName(code)}, ${details}`;
}
