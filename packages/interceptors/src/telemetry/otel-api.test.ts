import { metrics, trace } from '@opentelemetry/api';
import { BasicTracerProvider } from '@opentelemetry/sdk-trace-base';
import { MeterProvider } from '@opentelemetry/sdk-metrics';
import { afterEach, expect, test } from '@jest/globals';
import { globalProvider, otelApi } from './otel-api.js';

afterEach(() => {
  trace.disable();
  metrics.disable();
});

test('the API is the one of the application', () => {
  expect(otelApi()?.trace.getTracer).toBe(trace.getTracer);
  expect(otelApi()?.trace).toBe(trace);
});

test('a registered provider is seen, and that it is gone, and that it is another one', () => {
  expect([globalProvider('trace'), globalProvider('metrics')]).toEqual([undefined, undefined]);
  trace.setGlobalTracerProvider(new BasicTracerProvider());
  const first = globalProvider('trace');
  expect([first, globalProvider('metrics')]).toEqual([expect.anything(), undefined]);
  metrics.setGlobalMeterProvider(new MeterProvider());
  trace.disable();
  expect([globalProvider('trace'), globalProvider('metrics')]).toEqual([undefined, expect.anything()]);
  trace.setGlobalTracerProvider(new BasicTracerProvider());
  expect(globalProvider('trace')).not.toBe(first);
});
