import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { TestReader } from '../../test/metric-reader.js';
import { MeterProvider } from '@opentelemetry/sdk-metrics';
import { Spans } from '../../test/span-fixture.js';
import { FakeChannel } from '../../test/fake-channel.js';
import { ObservedCall } from '../../test/observed-call.js';
import { interceptorsFor } from '../chain.js';
import { interceptChannel } from '../channel/intercept-channel.js';
import { createPolicyContext } from '../policy-context.js';
import { SharedMeter } from './metrics/shared-meter.js';
import { VERSION } from './version.js';

test('is that of the package', () => {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  expect(VERSION).toBe((JSON.parse(text) as { readonly version: string }).version);
});

test('is in the instrumentation scopes of spans and metrics', async () => {
  const spans = new Spans();
  const context = createPolicyContext({ tracing: { tracerProvider: spans.provider } });
  const wire = new FakeChannel();
  new ObservedCall(interceptChannel(wire, (path) => interceptorsFor({}, context, path))).unary();
  wire.last.ok();
  context.close();
  expect(spans.raw.map(({ instrumentationScope }) => instrumentationScope)).toMatchObject([
    { name: '@fairlead/interceptors', version: VERSION },
    { name: '@fairlead/interceptors', version: VERSION },
  ]);
  const reader = new TestReader();
  SharedMeter.of(new MeterProvider({ readers: [reader] }))
    .counter('grpc.client.attempt.started')
    .add(1);
  const { resourceMetrics } = await reader.collect();
  expect(resourceMetrics.scopeMetrics.map(({ scope }) => scope)).toMatchObject([
    { name: 'fairlead', version: VERSION },
  ]);
});
