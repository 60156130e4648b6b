import { VirtualClock } from '@fairlead/testing';
import { status as Code } from '@grpc/grpc-js';
import { AlwaysOnSampler, NodeTracerProvider, type Sampler, type SpanProcessor } from '@opentelemetry/sdk-trace-node';
import { afterEach, expect, jest, test } from '@jest/globals';
import { FakeChannel, pod } from '../../../test/fake-channel.js';
import { ObservedCall } from '../../../test/observed-call.js';
import { interceptorsFor } from '../../chain.js';
import { interceptChannel, type InterceptedChannel } from '../../channel/intercept-channel.js';
import { createPolicyContext } from '../../policy-context.js';
import type { TracingOptions } from './tracing-options.js';

const fail = (): never => {
  throw new Error('boom');
};
const propagator = { inject: fail, extract: fail, fields: () => [] };
const quiet = {
  onStart: () => undefined,
  onEnd: () => undefined,
  forceFlush: () => Promise.resolve(),
  shutdown: () => Promise.resolve(),
};
const provider = (sampler: Sampler, processor: Partial<SpanProcessor> = {}): NodeTracerProvider =>
  new NodeTracerProvider({ sampler, spanProcessors: [{ ...quiet, ...processor }] });
const always = new AlwaysOnSampler();
const sampler: Sampler = { shouldSample: fail, toString: () => 'one that throws' };

/** The process is warned once; the first of these tests is told. */
const emitWarning = jest.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
afterEach(() => {
  expect(emitWarning).toHaveBeenCalledTimes(1);
  expect(emitWarning.mock.calls[0]?.[0]).toBe('Tracing has thrown, and calls go on without it: boom');
});

let wire: FakeChannel;

function traced(tracing: TracingOptions): InterceptedChannel {
  wire = new FakeChannel();
  const policies = createPolicyContext({ clock: new VirtualClock(), target: 'dns:///echo.test:50051', tracing });
  return interceptChannel(wire, (path) => interceptorsFor({}, policies, path));
}

test.each([
  ['a propagator', { tracerProvider: provider(always), propagator }],
  ['a propagator, without spans of attempts', { tracerProvider: provider(always), propagator, attemptSpans: false }],
  ['a sampler', { tracerProvider: provider(sampler) }],
  ['a span processor at the start', { tracerProvider: provider(always, { onStart: fail }) }],
  ['a span processor at the end', { tracerProvider: provider(always, { onEnd: fail }) }],
])('%s that throws fails no call, and the process is warned, once', (_what, tracing) => {
  const channel = traced(tracing);
  for (const code of [Code.OK, Code.NOT_FOUND]) {
    const call = new ObservedCall(channel).unary();
    wire.last.pick(pod(1)).message('hi').end(code);
    expect([call.code, call.messages]).toEqual([code, ['hi']]);
  }
});
