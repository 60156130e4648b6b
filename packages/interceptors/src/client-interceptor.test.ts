import * as grpc from '@grpc/grpc-js';
import { expect, test } from '@jest/globals';
import { FakeChannel, pod } from '../test/fake-channel.js';
import { POLICY } from '../test/retry-fixture.js';
import { attemptsOf } from './attempts/attempts-of.js';
import { policyInterceptor } from './client-interceptor.js';
import { createPolicyContext } from './policy-context.js';

const { CANCELLED, INTERNAL, OK, UNAVAILABLE } = grpc.status;

const serialize = (value: string): Buffer => {
  if (value === 'bad') throw new Error('cannot be serialized');
  return Buffer.from(value);
};

function client(interceptors: readonly grpc.Interceptor[]) {
  const wire = new FakeChannel();
  const plain = new grpc.Client('', grpc.credentials.createInsecure(), {
    channelOverride: wire,
    interceptors: [...interceptors],
  });
  const results: [error: grpc.ServiceError | null, value?: string | undefined][] = [];
  const unary = (message: string): grpc.ClientUnaryCall =>
    plain.makeUnaryRequest('/test.Echo/Unary', serialize, String, message, (...result) => results.push(result));
  return { wire, plain, results, unary };
}

test('the policies run in the interceptors option of a plain client, on messages that are not serialized yet', () => {
  let asked = 0;
  const policies = policyInterceptor(() => {
    asked += 1;
    return { timeoutMs: 1_000, retryPolicy: POLICY };
  }, createPolicyContext());
  const { wire, results, unary } = client([policies]);
  unary('a');
  wire.last.pick(pod(1), true).end(UNAVAILABLE, '', 'unsent');
  expect([wire.calls.length, wire.last.sent, wire.last.halfClosed, wire.last.reads]).toEqual([2, ['a'], true, 1]);
  expect(Number(wire.last.args[1])).toBeLessThan(Infinity);
  wire.last.message('b').ok();
  unary('c');
  wire.last.pick(pod(1)).end(INTERNAL, 'no');
  expect(results).toMatchObject([
    [null, 'b'],
    [{ code: INTERNAL, details: 'no' }, undefined],
  ]);
  expect(attemptsOf(results[1]?.[0])).toMatchObject([{ endpoint: pod(1), code: INTERNAL }]);
  expect(asked).toBe(1);
});

test('"no message" of a client with a single response does not commit the call', () => {
  const { wire, results, unary } = client([policyInterceptor(() => ({}), createPolicyContext())]);
  unary('a');
  // BaseUnaryInterceptingCall of grpc-js tells null before a failing status.
  wire.last.pick(pod(1), true).end(UNAVAILABLE, '', 'unsent');
  wire.last.message('b').ok();
  expect(results).toEqual([[null, 'b']]);
});

test('a message that cannot be serialized ends the call as it does without the policies', () => {
  const { wire, results, unary } = client([policyInterceptor(() => ({ retryPolicy: POLICY }), createPolicyContext())]);
  unary('bad');
  expect(results).toMatchObject([[{ code: INTERNAL }, undefined]]);
  expect(results[0]?.[0]?.details).toContain('Request message serialization failure: cannot be serialized');
  expect(wire.calls).toHaveLength(1);
});

test('a cancel that overtakes a delayed start is told once the call starts', async () => {
  let release = (): void => undefined;
  const delaying: grpc.Interceptor = (options, nextCall) =>
    new grpc.InterceptingCall(nextCall(options), {
      start: (metadata, listener, next) => {
        release = () => next(metadata, listener);
      },
    });
  const { wire, results, unary } = client([delaying, policyInterceptor(() => ({}), createPolicyContext())]);
  unary('a').cancel();
  expect(results).toEqual([]);
  release();
  await new Promise((resolve) => setImmediate(resolve));
  expect(results).toMatchObject([[{ code: CANCELLED }, undefined]]);
  // The call that was made for the first attempt is not left to its deadline.
  expect([wire.last.started, wire.last.cancelled?.code]).toEqual([false, CANCELLED]);
});

test('a channel that is closed between two attempts ends the call with the failure before', async () => {
  const { wire, plain, results, unary } = client([policyInterceptor(() => ({}), createPolicyContext())]);
  unary('a');
  plain.close();
  wire.last.pick(pod(1), true).end(UNAVAILABLE, 'not sent', 'unsent');
  await new Promise((resolve) => setImmediate(resolve));
  expect(results).toMatchObject([[{ code: UNAVAILABLE, details: 'not sent' }, undefined]]);
  expect(attemptsOf(results[0]?.[0])[0]?.next).toEqual({
    retried: false,
    reason: 'the next attempt could not be made: Channel has been shut down',
  });
  expect(() => unary('b')).toThrow('Channel has been shut down');
});

test('what an inner interceptor answers without a call underneath is taken as it is', () => {
  const answering: grpc.Interceptor = () =>
    ({
      start: (_metadata: grpc.Metadata, listener: grpc.Listener) => {
        listener.onReceiveMessage?.('cached', () => undefined);
        listener.onReceiveStatus?.({ code: OK, details: '', metadata: new grpc.Metadata() }, () => undefined);
      },
      sendMessageWithContext: () => undefined,
      startRead: () => undefined,
      halfClose: () => undefined,
    }) as never;
  const { wire, results, unary } = client([policyInterceptor(() => ({}), createPolicyContext()), answering]);
  unary('a');
  expect([results, wire.calls.length]).toEqual([[[null, 'cached']], 0]);
});
