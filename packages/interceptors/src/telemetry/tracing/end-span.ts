import { statusName } from '@fairlead/core';
import { status as Code } from '@grpc/grpc-js';
import type { Span } from '@opentelemetry/api';
import type { OtelApi } from '../otel-api.js';
import { ATTRIBUTES } from './attributes.js';
import type { CallEnd, MethodSpans } from './method-spans.js';

/** Ends a span as its call or attempt ended: OK is OK, all else is an error `CODE, details` (gRFC A72). */
export function endSpan(api: OtelApi, span: Span, method: MethodSpans, end: CallEnd): void {
  span.setAttributes(method.endAttributes(end));
  if (end.code === Code.OK) span.setStatus({ code: api.SpanStatusCode.OK });
  else span.setStatus({ code: api.SpanStatusCode.ERROR, message: describe(end) });
  span.end();
}

/** Ends the span of what could not even be started. */
export function failSpan(api: OtelApi, span: Span, error: unknown): void {
  const { name, message } = error instanceof Error ? error : { name: typeof error, message: String(error) };
  span.setAttribute(ATTRIBUTES.errorType, name);
  span.setStatus({ code: api.SpanStatusCode.ERROR, message });
  span.end();
}

function describe({ code, details }: CallEnd): string {
  return details === '' ? statusName(code) : `${statusName(code)}, ${details}`;
}
