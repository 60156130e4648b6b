import { InvalidOptionError } from '@fairlead/core';
import { expect, test } from '@jest/globals';
import { createPolicyContext } from '../../policy-context.js';
import { resolveTracingOptions } from './tracing-options.js';
import { Tracing } from './tracing.js';

const DEFAULTS = {
  semconv: 'stable',
  tracerProvider: undefined,
  propagator: undefined,
  attemptSpans: true,
  messageEvents: false,
  metadataAttributes: [],
};

test('true, undefined and {} are the defaults, false is no tracing', () => {
  for (const given of [true, undefined, {}]) expect(resolveTracingOptions(given, undefined)).toEqual(DEFAULTS);
  expect(resolveTracingOptions(false)).toBeUndefined();
});

test.each([
  [undefined, 'stable'],
  ['', 'stable'],
  ['http', 'stable'],
  ['rpc', 'stable'],
  ['http, rpc/dup', 'dup'],
  ['rpc,rpc/dup', 'dup'],
])('OTEL_SEMCONV_STABILITY_OPT_IN=%s is %s, unless the option says something else', (optIn, semconv) => {
  expect(resolveTracingOptions({}, optIn)?.semconv).toBe(semconv);
  expect(resolveTracingOptions({ semconv: 'old' }, optIn)?.semconv).toBe('old');
});

test.each([
  [null, 'tracing: null (expected: true, false or an object)'],
  ['on', 'tracing: "on" (expected: true, false or an object)'],
  [[], 'tracing: [] (expected: an object)'],
  [{ semConv: 'old' }, 'tracing.semConv: "old" (expected: unknown option (did you mean `semconv`?))'],
  [{ semconv: 'new' }, 'tracing.semconv: "new" (expected: one of "stable", "old", "dup")'],
  [{ tracerProvider: {} }, 'tracing.tracerProvider: {} (expected: a TracerProvider (an object with getTracer()))'],
  [{ propagator: 1 }, 'tracing.propagator: 1 (expected: a TextMapPropagator (an object with inject()))'],
  [{ attemptSpans: 1 }, 'tracing.attemptSpans: 1 (expected: true or false)'],
  [
    { attemptSpans: false, messageEvents: true },
    'tracing.messageEvents: true (expected: not set beside tracing.attemptSpans: false)',
  ],
  [{ metadataAttributes: 'a' }, 'tracing.metadataAttributes: "a" (expected: a list of metadata keys)'],
  [
    { metadataAttributes: ['a', 'X-B'] },
    'tracing.metadataAttributes[1]: "X-B" (expected: a metadata key in lower case)',
  ],
])('%j is refused where the policies are made', (tracing, message) => {
  expect(() => createPolicyContext({ tracing: tracing as never })).toThrow(InvalidOptionError);
  expect(() => createPolicyContext({ tracing: tracing as never })).toThrow(message);
});

test('a provider without the API to use it with is refused', () => {
  const options = resolveTracingOptions({ tracerProvider: { getTracer: () => undefined } })!;
  expect(() => new Tracing(options, undefined, () => undefined)).toThrow(
    /^tracing\.tracerProvider: .* \(expected: with @opentelemetry\/api installed\)$/,
  );
});
