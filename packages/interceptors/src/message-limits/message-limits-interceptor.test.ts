import type { MethodConfig } from '@fairlead/core';
import * as grpc from '@grpc/grpc-js';
import { expect, test } from '@jest/globals';
import { FakeChannel, pod } from '../../test/fake-channel.js';
import { ObservedCall, settle } from '../../test/observed-call.js';
import { POLICY } from '../../test/retry-fixture.js';
import { attemptsOf } from '../attempts/attempts-of.js';
import { interceptorsFor } from '../chain.js';
import { interceptChannel } from '../channel/intercept-channel.js';
import { createPolicyContext } from '../policy-context.js';

const { OK, RESOURCE_EXHAUSTED, CANCELLED, UNAVAILABLE } = grpc.status;

function fixture(config: MethodConfig) {
  const wire = new FakeChannel();
  const context = createPolicyContext({ tracing: false });
  const channel = interceptChannel(wire, (path) => interceptorsFor(config, context, path));
  return { wire, channel, context };
}

test('a request of just the size goes out, one byte more ends the call before it is sent', () => {
  const { wire, channel } = fixture({ maxRequestMessageBytes: 5 });
  const small = new ObservedCall(channel).unary('12345');
  wire.last.ok();
  expect([small.code, wire.last.sent]).toEqual([OK, ['12345']]);
  const large = new ObservedCall(channel).unary('123456');
  expect([large.code, large.status.details]).toEqual([
    RESOURCE_EXHAUSTED,
    'Attempted to send message larger than max (6 vs. 5)',
  ]);
  expect([wire.last.sent, wire.last.halfClosed, wire.last.cancelled?.code]).toEqual([[], false, CANCELLED]);
});

test('each message of a stream is measured; what comes after the one that is too large is taken in silence', async () => {
  const { wire, channel } = fixture({ maxRequestMessageBytes: 5 });
  const call = new ObservedCall(channel).start().write('one').write('too large').write('two');
  await settle();
  expect([call.code, wire.last.sent, call.written]).toEqual([RESOURCE_EXHAUSTED, ['one'], [0, 1, 2]]);
  call.call.cancelWithStatus(CANCELLED, 'late');
  expect(call.statuses).toHaveLength(1);
});

test('a response that is too large is not given to the caller, whatever the server says afterwards', () => {
  const { wire, channel } = fixture({ maxResponseMessageBytes: 5 });
  const small = new ObservedCall(channel).unary();
  wire.last.headers().message('12345').end(OK);
  expect([small.code, small.messages]).toEqual([OK, ['12345']]);
  const large = new ObservedCall(channel).unary();
  wire.last.headers().message('123456');
  expect([large.code, large.status.details, large.messages]).toEqual([
    RESOURCE_EXHAUSTED,
    'Received message larger than max (6 vs. 5)',
    [],
  ]);
  expect(wire.last.cancelled?.code).toBe(CANCELLED);
});

test('zero allows nothing but empty messages', () => {
  const { wire, channel } = fixture({ maxRequestMessageBytes: 0, maxResponseMessageBytes: 0 });
  const empty = new ObservedCall(channel).unary('');
  wire.last.headers().message('').end(OK);
  expect([empty.code, new ObservedCall(channel).unary('1').code]).toEqual([OK, RESOURCE_EXHAUSTED]);
});

test('it is no failure of the callee: no breaker opens, and no attempt follows', () => {
  const config: MethodConfig = {
    maxResponseMessageBytes: 5,
    retryPolicy: { ...POLICY, retryableStatusCodes: new Set([RESOURCE_EXHAUSTED, UNAVAILABLE, CANCELLED]) },
    circuitBreaker: {
      failureRatio: 0,
      requestVolume: 1,
      windowMs: 10_000,
      openMs: 10_000,
      probeTimeoutMs: 10_000,
      failureStatusCodes: new Set([RESOURCE_EXHAUSTED]),
    },
  };
  const { wire, channel, context } = fixture(config);
  const call = new ObservedCall(channel).unary();
  wire.last.pick(pod(1), true).headers().message('123456');
  expect([call.code, wire.calls.length]).toEqual([RESOURCE_EXHAUSTED, 1]);
  expect(attemptsOf(call.status)).toMatchObject([{ endpoint: pod(1) }]);
  expect(context.breakers.of('/test.Echo/Unary', config.circuitBreaker!).state).toBe('closed');
  context.close();
});
