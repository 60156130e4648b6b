import { TokenThrottle } from '@fairlead/core';
import * as grpc from '@grpc/grpc-js';
import { describe, expect, test } from '@jest/globals';
import { metadataOf, pod } from '../../test/fake-channel.js';
import { ObservedCall } from '../../test/observed-call.js';
import { POLICY, retryFixture, type RetryFixture } from '../../test/retry-fixture.js';
import { attemptsOf } from '../attempts/attempts-of.js';

const { INTERNAL, OK, UNAVAILABLE } = grpc.status;

function throttled(maxTokens: number, tokenRatio: number, maxAttempts = 4): RetryFixture & { throttle: TokenThrottle } {
  const throttle = new TokenThrottle({ maxTokens, tokenRatio });
  return { ...retryFixture({ ...POLICY, maxAttempts }, { budget: throttle }), throttle };
}

describe('Go test/retry_test.go: TestRetryThrottling', () => {
  /** The server's attempts that succeed, counted from 0. */
  const SUCCEED = new Set([0, 3, 6, 10, 11, 12, 13, 14, 16, 18]);
  // Result, last attempt that the server saw, tokens afterwards.
  const TABLE: readonly (readonly [grpc.status, number, number])[] = [
    [OK, 0, 10],
    [OK, 3, 8.5],
    [OK, 6, 7],
    [UNAVAILABLE, 8, 5],
    [UNAVAILABLE, 9, 4],
    [OK, 10, 4.5],
    [OK, 11, 5],
    [OK, 12, 5.5],
    [OK, 13, 6],
    [OK, 14, 6.5],
    [OK, 16, 6],
    [UNAVAILABLE, 17, 5],
  ];

  test('its twelve calls end as there, with the same attempts, and the tokens of gRFC A6', () => {
    const { wire, channel, clock, throttle } = throttled(10, 0.5);
    let attempts = 0;
    const rows = TABLE.map(() => {
      const call = new ObservedCall(channel).unary();
      for (; call.statuses.length === 0; clock.advance(120)) {
        wire.last.pick(pod(1)).end(SUCCEED.has(attempts++) ? OK : UNAVAILABLE, '', undefined);
      }
      expect(wire.calls).toHaveLength(attempts);
      return [call.code, attempts - 1, throttle.tokens];
    });
    expect(rows).toEqual(TABLE);
  });
});

describe('Java RetriableStreamTest', () => {
  test('throttledStream_FailWithRetryableStatusCode_WithoutPushback', () => {
    const { wire, channel, throttle } = throttled(4, 0.8);
    throttle.attemptFailed();
    const call = new ObservedCall(channel).unary();
    wire.last.pick(pod(1)).end(UNAVAILABLE);
    expect([call.code, throttle.tokens]).toEqual([UNAVAILABLE, 2]);
    expect(attemptsOf(call.status)[0]?.next.reason).toBe('the retry budget is used up');
  });

  test('throttledStream_FailWithNonRetryableStatusCode_WithoutPushback', () => {
    const { wire, channel, throttle } = throttled(4, 0.8);
    new ObservedCall(channel).unary();
    wire.last.pick(pod(1)).end(INTERNAL);
    expect(throttle.tokens).toBe(4);
  });

  test('throttledStream_FailWithRetryableStatusCode_WithRetryablePushback', () => {
    const { wire, channel, throttle } = throttled(4, 0.8);
    throttle.attemptFailed();
    const call = new ObservedCall(channel).unary();
    wire.last.pick(pod(1)).end(UNAVAILABLE, '', undefined, metadataOf({ 'grpc-retry-pushback-ms': '5' }));
    expect([call.code, throttle.tokens]).toEqual([UNAVAILABLE, 2]);
  });

  test.each([[UNAVAILABLE], [INTERNAL]])(
    'throttledStream_FailWith(Non)RetryableStatusCode_WithNonRetryablePushback: %p takes one token',
    (code) => {
      const { wire, channel, throttle } = throttled(4, 0.8);
      const call = new ObservedCall(channel).unary();
      wire.last.pick(pod(1)).end(code, '', undefined, metadataOf({ 'grpc-retry-pushback-ms': '-1' }));
      expect([call.code, throttle.tokens]).toEqual([code, 3]);
    },
  );

  test('throttledStream_Succeed', () => {
    const { wire, channel, throttle } = throttled(4, 0.8);
    for (let n = 0; n < 3; n++) throttle.attemptFailed();
    new ObservedCall(channel).unary();
    wire.last.pick(pod(1)).headers().message('hi').ok();
    expect(throttle.tokens).toBeCloseTo(1.8, 10);
  });

  test('transparent retries change nothing: unsent, and refused for the first time', () => {
    const { wire, channel, throttle } = throttled(4, 0.8);
    new ObservedCall(channel).unary();
    for (let n = 1; n <= 5; n++) wire.last.pick(pod(n), true).end(UNAVAILABLE, '', 'unsent');
    wire.last.pick(pod(6), true).end(UNAVAILABLE, '', 'refused');
    expect([wire.calls.length, throttle.tokens]).toEqual([7, 4]);
    wire.last.pick(pod(7), true).end(UNAVAILABLE, '', 'refused');
    expect(throttle.tokens).toBe(3);
  });

  test('the last attempt that a call may make counts like the others', () => {
    const { wire, channel, clock, throttle } = throttled(100, 1, 2);
    const call = new ObservedCall(channel).unary();
    for (; call.statuses.length === 0; clock.advance(120)) wire.last.pick(pod(1)).end(UNAVAILABLE);
    expect([wire.calls.length, throttle.tokens]).toEqual([2, 98]);
  });

  test('a failure after the response had begun changes nothing', () => {
    const { wire, channel, throttle } = throttled(4, 1);
    new ObservedCall(channel).unary();
    wire.last.pick(pod(1)).headers().end(UNAVAILABLE);
    expect(throttle.tokens).toBe(4);
  });
});
