import { attachAttemptContext, attemptContextOf } from '@fairlead/core';
import { Metadata } from '@grpc/grpc-js';
import { ProxyTracerProvider, trace } from '@opentelemetry/api';
import { AlwaysOffSampler } from '@opentelemetry/sdk-trace-node';
import { expect, jest, test } from '@jest/globals';
import { FakeChannel } from '../../../test/fake-channel.js';
import { ObservedCall } from '../../../test/observed-call.js';
import { Spans, unregister } from '../../../test/span-fixture.js';
import { interceptorsFor } from '../../chain.js';
import { interceptChannel } from '../../channel/intercept-channel.js';
import type { InterceptorOptions } from '../../grpc-types.js';
import { createPolicyContext } from '../../policy-context.js';
import { otelApi } from '../otel-api.js';
import { resolveTracingOptions } from './tracing-options.js';
import { Tracing } from './tracing.js';

test('switched off, no policy of it is in a chain', () => {
  const length = (tracing: boolean): number => interceptorsFor({}, createPolicyContext({ tracing })).length;
  expect(length(true)).toBe(length(false) + 2);
});

test.each([true, false])(
  'with the API and without an SDK, no object is made and no span asked for (attempt spans: %p)',
  (attemptSpans) => {
    const getTracer = jest.spyOn(ProxyTracerProvider.prototype, 'getTracer');
    const loadApi = jest.fn(otelApi);
    const tracing = new Tracing(resolveTracingOptions({ attemptSpans })!, 'dns:///a:1', loadApi);
    const options = {} as InterceptorOptions;
    const call = {} as never;
    for (const policy of [tracing.call('/a/A'), tracing.attempt('/a/A')]) {
      const nextCall = jest.fn(() => call);
      expect(policy(options, nextCall)).toBe(call);
      expect(nextCall.mock.calls).toEqual([[options]]);
      expect((nextCall.mock.calls as unknown[][])[0]![0]).toBe(options);
    }
    expect([loadApi.mock.calls, getTracer.mock.calls]).toEqual([[], []]);
    getTracer.mockRestore();
  },
);

test.each([true, false])('of a call that is not sampled nothing is listened to (attempt spans: %p)', (attemptSpans) => {
  const off = new Spans(new AlwaysOffSampler()).register();
  const tracing = new Tracing(resolveTracingOptions({ attemptSpans })!, 'dns:///a:1');
  const start = jest.fn();
  const options = {} as InterceptorOptions;
  const bottom = { start } as never;
  const call = tracing.call('/a/A')(options, (inner) => tracing.attempt('/a/A')(inner, () => bottom));
  const listener = {};
  const metadata = new Metadata();
  const attempt = { tried: new Set<string>(), onPicked: jest.fn(), onFailed: jest.fn() };
  attachAttemptContext(metadata, attempt);
  call.start(metadata, listener);
  const [sent, heard] = start.mock.calls[0] as unknown as [Metadata, unknown];
  expect([heard === listener, attemptContextOf(sent) === attempt]).toEqual([true, true]);
  expect(off.raw).toEqual([]);
  unregister();
});

test('a provider that is registered later, replaced, and taken away is noticed by the next call', () => {
  const wire = new FakeChannel();
  const policies = createPolicyContext();
  const channel = interceptChannel(wire, (path) => interceptorsFor({}, policies, path));
  const call = (): void => {
    new ObservedCall(channel).unary();
    wire.last.ok();
  };
  call();
  const first = new Spans().register();
  call();
  unregister();
  const second = new Spans().register();
  call();
  call();
  unregister();
  call();
  expect(trace.getActiveSpan()).toBeUndefined();
  expect([first.named('test.').length, second.named('test.').length]).toEqual([1, 2]);
  policies.close();
});
