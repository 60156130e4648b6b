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

test('switched off, no policy of it is in a chain; without attempt spans, one', () => {
  const length = (tracing: boolean | { readonly attemptSpans: boolean }): number =>
    interceptorsFor({}, createPolicyContext({ tracing })).length;
  expect([length(false), length({ attemptSpans: false }), length(true)]).toEqual([1, 2, 3]);
});

test('with the API and without an SDK, no object is made and no span asked for', () => {
  const getTracer = jest.spyOn(ProxyTracerProvider.prototype, 'getTracer');
  const loadApi = jest.fn(otelApi);
  const tracing = new Tracing(resolveTracingOptions(true)!, 'dns:///a:1', loadApi);
  const options = {} as InterceptorOptions;
  const call = {} as never;
  for (const policy of [tracing.call('/a/A'), tracing.attempt('/a/A')!]) {
    const nextCall = jest.fn(() => call);
    expect(policy(options, nextCall)).toBe(call);
    expect(nextCall.mock.calls).toEqual([[options]]);
    expect((nextCall.mock.calls as unknown[][])[0]![0]).toBe(options);
  }
  expect([loadApi.mock.calls, getTracer.mock.calls]).toEqual([[], []]);
  getTracer.mockRestore();
});

test('of a call that is not sampled nothing is listened to', () => {
  const off = new Spans(new AlwaysOffSampler()).register();
  const tracing = new Tracing(resolveTracingOptions(true)!, 'dns:///a:1');
  const start = jest.fn();
  const options = {} as InterceptorOptions;
  const bottom = { start } as never;
  const call = tracing.call('/a/A')(options, (inner) => tracing.attempt('/a/A')!(inner, () => bottom));
  const listener = {};
  call.start(new Metadata(), listener);
  expect(start.mock.calls[0]![1]).toBe(listener);
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
