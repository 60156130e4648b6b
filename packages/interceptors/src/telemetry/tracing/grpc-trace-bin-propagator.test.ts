import { Metadata } from '@grpc/grpc-js';
import {
  defaultTextMapGetter,
  defaultTextMapSetter,
  INVALID_SPAN_CONTEXT,
  ROOT_CONTEXT,
  trace,
  TraceFlags,
  type SpanContext,
  type TextMapPropagator,
} from '@opentelemetry/api';
import { describe, expect, test } from '@jest/globals';
import { GrpcTraceBinPropagator } from './grpc-trace-bin-propagator.js';

// Assigned with its type: the compiler holds it to the contract of the API.
const propagator: TextMapPropagator = new GrpcTraceBinPropagator();
const HEADER = 'grpc-trace-bin';

/** opencensus-specs, encodings/BinaryEncoding.md, "Valid example". */
const OPENCENSUS: readonly [hex: string, SpanContext] = [
  '00004bf92f3577b34da6a3ce929d000e47360134f067aa0ba902b70201',
  { traceId: '4bf92f3577b34da6a3ce929d000e4736', spanId: '34f067aa0ba902b7', traceFlags: TraceFlags.SAMPLED },
];
/** grpc-java, GrpcTraceBinContextPropagatorTest. */
const ID = 'e384981d65129fa3';
const JAVA_SAMPLED: readonly [string, SpanContext] = [
  `0000${ID}${ID}01${ID}0201`,
  { traceId: ID + ID, spanId: ID, traceFlags: TraceFlags.SAMPLED },
];
const JAVA_NOT_SAMPLED: readonly [string, SpanContext] = [
  `0000${ID}${ID}01${ID}0200`,
  { traceId: ID + ID, spanId: ID, traceFlags: TraceFlags.NONE },
];
const VECTORS = [OPENCENSUS, JAVA_SAMPLED, JAVA_NOT_SAMPLED];

const contextOf = (span: SpanContext) => trace.setSpanContext(ROOT_CONTEXT, span);
const extracted = (hex: string): SpanContext | undefined => {
  const metadata = new Metadata();
  metadata.set(HEADER, Buffer.from(hex, 'hex'));
  return trace.getSpanContext(propagator.extract(ROOT_CONTEXT, metadata, defaultTextMapGetter));
};

describe.each(VECTORS)('%s', (hex, span) => {
  const bytes = Buffer.from(hex, 'hex');

  test('is written into metadata as bytes, whatever the setter does', () => {
    const metadata = new Metadata();
    // As that of instrumentation-grpc: metadata would refuse its text.
    propagator.inject(contextOf(span), metadata, { set: (carrier: Metadata, key, value) => carrier.set(key, value) });
    expect(metadata.get(HEADER)).toEqual([bytes]);
  });

  test('is read from metadata', () => {
    expect(extracted(hex)).toEqual({ ...span, isRemote: true });
  });

  test('goes through other carriers as base64', () => {
    const carrier = {};
    propagator.inject(contextOf(span), carrier, defaultTextMapSetter);
    expect(carrier).toEqual({ [HEADER]: bytes.toString('base64') });
    const context = propagator.extract(ROOT_CONTEXT, carrier, defaultTextMapGetter);
    expect(trace.getSpanContext(context)).toEqual({ ...span, isRemote: true });
  });
});

test('a context without a valid span is not written', () => {
  const carrier = {};
  for (const context of [ROOT_CONTEXT, contextOf(INVALID_SPAN_CONTEXT)]) {
    propagator.inject(context, carrier, defaultTextMapSetter);
  }
  expect(carrier).toEqual({});
});

test.each([
  ['nothing', ''],
  ['another version', `0100${ID}${ID}01${ID}0201`],
  ['a field that is cut off', `0000${ID}${ID}01${ID.slice(2)}`],
  ['no span id', `0000${ID}${ID}0201`],
  ['a span id of zeroes', `0000${ID}${ID}01${'00'.repeat(8)}0201`],
])('%s gives no context', (_, hex) => {
  expect(extracted(hex)).toBeUndefined();
});

test('an unknown field, and all after it, is passed by; without flags it is not sampled', () => {
  expect(extracted(`0000${ID}${ID}01${ID}02017fabcdef`)).toEqual({ ...JAVA_SAMPLED[1], isRemote: true });
  expect(extracted(`0000${ID}${ID}01${ID}`)).toEqual({ ...JAVA_NOT_SAMPLED[1], isRemote: true });
});

test('carriers without it leave the context as it is', () => {
  expect(propagator.extract(ROOT_CONTEXT, {}, defaultTextMapGetter)).toBe(ROOT_CONTEXT);
  expect(propagator.extract(ROOT_CONTEXT, new Metadata(), defaultTextMapGetter)).toBe(ROOT_CONTEXT);
  expect(propagator.fields()).toEqual([HEADER]);
});
