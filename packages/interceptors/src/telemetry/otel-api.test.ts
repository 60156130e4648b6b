import { metrics, trace } from '@opentelemetry/api';
import { BasicTracerProvider } from '@opentelemetry/sdk-trace-base';
import { MeterProvider } from '@opentelemetry/sdk-metrics';
import { afterEach, expect, test } from '@jest/globals';
import { hasGlobalProvider, otelApi } from './otel-api.js';

afterEach(() => {
  trace.disable();
  metrics.disable();
});

test('the API is the one of the application', () => {
  expect(otelApi()?.trace.getTracer).toBe(trace.getTracer);
  expect(otelApi()?.trace).toBe(trace);
});

test('a registered provider is seen, and that it is gone', () => {
  expect([hasGlobalProvider('trace'), hasGlobalProvider('metrics')]).toEqual([false, false]);
  trace.setGlobalTracerProvider(new BasicTracerProvider());
  expect([hasGlobalProvider('trace'), hasGlobalProvider('metrics')]).toEqual([true, false]);
  metrics.setGlobalMeterProvider(new MeterProvider());
  trace.disable();
  expect([hasGlobalProvider('trace'), hasGlobalProvider('metrics')]).toEqual([false, true]);
});
