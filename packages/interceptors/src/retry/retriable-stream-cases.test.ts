import { TokenThrottle, type FailureClass, type RetryPolicy } from '@fairlead/core';
import * as grpc from '@grpc/grpc-js';
import { describe, expect, test } from '@jest/globals';
import { metadataOf, pod, type FakeCall } from '../../test/fake-channel.js';
import { ObservedCall, settle } from '../../test/observed-call.js';
import { POLICY, retryFixture, type RetryFixture } from '../../test/retry-fixture.js';
import { attemptsOf } from '../attempts/attempts-of.js';

// grpc-java core RetriableStreamTest, under the names that its cases have there: six attempts, two retriable codes.
const { CANCELLED, DATA_LOSS, INTERNAL, OK, UNAVAILABLE } = grpc.status;

const SIX: RetryPolicy = {
  maxAttempts: 6,
  initialBackoffMs: 100_000,
  maxBackoffMs: 700_000,
  backoffMultiplier: 10,
  retryableStatusCodes: new Set([UNAVAILABLE, DATA_LOSS]),
};
const pushback = (value: string): grpc.Metadata => metadataOf({ 'grpc-retry-pushback-ms': value });

type Case = RetryFixture & { readonly call: ObservedCall };

/** A call that has begun its first attempt. */
function begun(policy: RetryPolicy | undefined = SIX, options: Parameters<typeof retryFixture>[1] = {}): Case {
  const fixture = retryFixture(policy, options);
  return { ...fixture, call: new ObservedCall(fixture.channel).start() };
}

function fail({ wire }: Case, code = UNAVAILABLE, failure: FailureClass = 'maybe-processed', trailers?: grpc.Metadata) {
  wire.last.pick(pod(wire.calls.length), true).end(code, '', failure, trailers);
}

/** Lets the wait pass that is to be; its base is given, and the jitter of ±20 % is checked. */
function passBackoff({ clock, wire }: Case, baseMs: number): void {
  const made = wire.calls.length;
  const waitMs = (clock.nextTimerAt ?? 0) - clock.now();
  expect(waitMs).toBeGreaterThanOrEqual(0.8 * baseMs);
  expect(waitMs).toBeLessThan(1.2 * baseMs);
  clock.advance(waitMs);
  expect(wire.calls).toHaveLength(made + 1);
}

/** A second attempt is under way. */
function retried(options?: Parameters<typeof retryFixture>[1]): Case {
  const given = begun(SIX, options);
  fail(given);
  passBackoff(given, 100_000);
  return given;
}

/** Nothing is left to happen, and the client was told one status. */
function expectEnd({ call, clock, wire }: Case, code: grpc.status, attempts: number): void {
  expect([call.code, wire.calls.length, clock.pendingTimers]).toEqual([code, attempts, 0]);
}

describe('what is replayed', () => {
  test('retry_everythingDrained', () => {
    const given = begun();
    const { call, wire } = given;
    call.write('msg1').write('msg2').call.startRead();
    call.write('msg3').call.startRead();
    fail(given, DATA_LOSS);
    call.write('msg1 during backoff1').write('msg2 during backoff1');
    passBackoff(given, 100_000);
    const once = ['msg1', 'msg2', 'msg3', 'msg1 during backoff1', 'msg2 during backoff1'];
    expect([wire.last.sent, wire.last.reads]).toEqual([once, 2]);
    call.write('msg1 after retry1').write('msg2 after retry1');
    fail(given, UNAVAILABLE);
    call.write('msg1 during backoff2');
    passBackoff(given, 700_000);
    const twice = [...once, 'msg1 after retry1', 'msg2 after retry1', 'msg1 during backoff2'];
    expect([wire.last.sent, wire.last.reads]).toEqual([twice, 2]);
    fail(given, INTERNAL);
    expect(attemptsOf(call.status).map(({ code, endpoint }) => [code, endpoint])).toEqual([
      [DATA_LOSS, pod(1)],
      [UNAVAILABLE, pod(2)],
      [INTERNAL, pod(3)],
    ]);
    expect(wire.calls[0]!.sent).toEqual(['msg1', 'msg2', 'msg3']);
    expectEnd(given, INTERNAL, 3);
  });

  test('operationsWhileDraining', async () => {
    const given = begun();
    const { call, wire } = given;
    call.write('1').write('2').call.startRead();
    fail(given);
    call.call.startRead();
    wire.onCall = (attempt) => {
      // The client writes, reads and cancels while it is being replayed; the response begins meanwhile.
      const startRead = attempt.startRead.bind(attempt);
      attempt.startRead = () => {
        startRead();
        if (attempt.reads === 1) {
          call.write('in a read');
          attempt.headers();
          call.call.startRead();
        }
        if (attempt.reads === 3) call.call.cancelWithStatus(CANCELLED, 'c');
      };
    };
    passBackoff(given, 100_000);
    await settle();
    expect(wire.last.sent).toEqual(['1', '2', 'in a read']);
    expect(wire.last.cancelled?.details).toBe('c');
    expectEnd(given, CANCELLED, 2);
  });

  test('closedWhileDraining', () => {
    const given = begun();
    const { call, wire } = given;
    call.write('msg1').write('msg2');
    fail(given);
    wire.onCall = (attempt) => {
      if (wire.calls.length > 2) return;
      const start = attempt.start.bind(attempt);
      attempt.start = (metadata, listener) => {
        start(metadata, listener);
        attempt.pick(pod(2), true).end(UNAVAILABLE, '', 'maybe-processed');
      };
    };
    passBackoff(given, 100_000);
    call.call.startRead();
    passBackoff(given, 700_000);
    call.call.startRead();
    expect(wire.calls.map(({ reads }) => reads)).toEqual([0, 0, 2]);
    expect(wire.last.sent).toEqual(['msg1', 'msg2']);
  });

  test('isReady_whileDraining', () => {
    // Node.js has no isReady: a writer is ready when the callback of its message was called.
    const given = begun(SIX, { acceptsWrites: false });
    const { call, wire } = given;
    call.write('1');
    expect(call.written).toEqual([]);
    wire.last.accept();
    expect(call.written).toEqual([0]);
    call.write('2');
    fail(given);
    expect(call.written).toEqual([0]);
    passBackoff(given, 100_000);
    wire.last.accept();
    expect(call.written).toEqual([0]);
    wire.last.accept();
    expect(call.written).toEqual([0, 1]);
  });
});

describe('the end', () => {
  test.each([
    ['headersRead_cancel', begun, 1],
    ['retry_headersRead_cancel', retried, 2],
  ] as const)('%s', (_name, make, attempts) => {
    const given = make();
    given.wire.last.headers();
    expect(given.context.retry.space.used).toBe(0);
    given.call.call.cancelWithStatus(CANCELLED, 'enough');
    expectEnd(given, CANCELLED, attempts);
  });

  test.each([
    ['headersRead_closed', begun, 1],
    ['retry_headersRead_closed', retried, 2],
  ] as const)('%s', (_name, make, attempts) => {
    const given = make();
    given.wire.last.headers();
    fail(given);
    expectEnd(given, UNAVAILABLE, attempts);
  });

  test.each([
    ['cancel_closed', begun, UNAVAILABLE, 1],
    ['retry_cancel_closed', retried, INTERNAL, 2],
  ] as const)('%s', (_name, make, code, attempts) => {
    const given = make();
    given.call.call.cancelWithStatus(CANCELLED, 'enough');
    expect(given.wire.last.cancelled?.code).toBe(CANCELLED);
    given.wire.last.end(code, 'late', 'maybe-processed');
    expectEnd(given, CANCELLED, attempts);
  });

  test.each([
    ['unretriableClosed_cancel', begun, 1],
    ['retry_unretriableClosed_cancel', retried, 2],
  ] as const)('%s', async (_name, make, attempts) => {
    const given = make();
    fail(given, INTERNAL);
    given.call.call.cancelWithStatus(CANCELLED, 'late');
    await settle();
    expect(given.wire.last.cancelled).toBeUndefined();
    expectEnd(given, INTERNAL, attempts);
  });

  test('transparentRetry_cancel_race', async () => {
    const given = begun();
    given.wire.onCall = () => given.call.call.cancelWithStatus(CANCELLED, 'enough');
    fail(given, INTERNAL, 'unsent');
    await settle();
    expect([given.wire.last.started, given.wire.last.cancelled?.details]).toEqual([false, 'enough']);
    expectEnd(given, CANCELLED, 2);
  });

  test.each([
    ['cancelWhileDraining', 'startRead', 'cancelled while requesting'],
    ['cancelWhileRetryStart', 'start', 'cancelled while retry start'],
  ] as const)('%s', (_name, method, details) => {
    const given = begun();
    given.call.call.startRead();
    fail(given);
    given.wire.onCall = (attempt) => {
      const original = attempt[method].bind(attempt) as (...args: unknown[]) => void;
      attempt[method] = (...args: unknown[]) => {
        original(...args);
        given.call.call.cancelWithStatus(CANCELLED, details);
      };
    };
    passBackoff(given, 100_000);
    expect(given.wire.last.cancelled).toEqual({ code: CANCELLED, details });
    expect(given.call.status.details).toBe(details);
    expectEnd(given, CANCELLED, 2);
  });

  test('commitAndCancelWhileDraining', () => {
    const given = begun();
    given.call.write('1');
    fail(given);
    given.wire.onCall = (attempt: FakeCall) => {
      const start = attempt.start.bind(attempt);
      attempt.start = (metadata, listener) => {
        start(metadata, listener);
        attempt.headers();
        given.call.call.cancelWithStatus(CANCELLED, 'cancelled while drained');
      };
    };
    passBackoff(given, 100_000);
    expect(given.wire.last.cancelled?.details).toBe('cancelled while drained');
    expectEnd(given, CANCELLED, 2);
  });
});

describe('metadata', () => {
  test('updateHeaders', () => {
    const given = retried();
    const seen = given.wire.calls.map(({ metadata }) => metadata.get('grpc-previous-rpc-attempts'));
    expect(seen).toEqual([[], ['1']]);
    expect(given.wire.calls[0]!.metadata).not.toBe(given.wire.calls[1]!.metadata);
  });

  test('notAdd0PrevRetryAttemptsToRespHeaders', () => {
    const given = begun();
    given.wire.last.headers();
    expect(given.call.headers.map((headers) => headers.getMap())).toEqual([{}]);
  });

  test('addPrevRetryAttemptsToRespHeaders', () => {
    const given = retried();
    given.wire.last.headers(metadataOf({ 'grpc-previous-rpc-attempts': '3' }));
    expect(given.call.headers.map((headers) => headers.get('grpc-previous-rpc-attempts'))).toEqual([['1']]);
  });

  test('messageAvailable', () => {
    const given = retried();
    given.wire.last.headers().message('hi').ok();
    expect(given.call.messages).toEqual(['hi']);
    expectEnd(given, OK, 2);
  });
});

describe('what may be kept', () => {
  test('perRpcBufferLimitExceeded', () => {
    const given = begun(SIX, { perCallBufferBytes: 4 });
    const { space } = given.context.retry;
    given.call.write('1234');
    expect(space.used).toBe(4);
    given.call.write('56');
    expect(space.used).toBe(0);
    fail(given);
    expectEnd(given, UNAVAILABLE, 1);
  });

  test('channelBufferLimitExceeded', () => {
    const given = begun(SIX, { channelBufferBytes: 6 });
    const { space } = given.context.retry;
    given.call.write('1');
    new ObservedCall(given.channel).start().write('2222');
    expect(space.used).toBe(5);
    given.call.write('11');
    // Its own share is given back, that of the other call stays.
    expect(space.used).toBe(4);
    given.wire.calls[0]!.pick(pod(1), true).end(UNAVAILABLE, '', 'maybe-processed');
    expectEnd(given, UNAVAILABLE, 2);
  });
});

describe('when', () => {
  test('expBackoff_maxBackoff_maxRetryAttempts', () => {
    const given = begun();
    for (const baseMs of [100_000, 700_000, 700_000, 700_000, 700_000]) {
      fail(given);
      passBackoff(given, baseMs);
    }
    fail(given);
    expectEnd(given, UNAVAILABLE, 6);
  });

  test('pushback', () => {
    const given = begun();
    const { wire, clock } = given;
    for (const waitMs of [123, 4_567_000]) {
      const made = wire.calls.length;
      fail(given, UNAVAILABLE, 'maybe-processed', pushback(String(waitMs)));
      clock.advance(waitMs - 1);
      expect(wire.calls).toHaveLength(made);
      clock.advance(1);
      expect(wire.calls).toHaveLength(made + 1);
    }
    // The backoff begins anew.
    for (const baseMs of [100_000, 700_000, 700_000]) {
      fail(given);
      passBackoff(given, baseMs);
    }
    fail(given, UNAVAILABLE, 'maybe-processed', pushback('4567000'));
    expectEnd(given, UNAVAILABLE, 6);
  });

  test('pushback_noRetry', () => {
    const given = begun();
    fail(given, UNAVAILABLE, 'maybe-processed', pushback(''));
    expectEnd(given, UNAVAILABLE, 1);
  });
});

describe('transparent retries', () => {
  test('transparentRetry_onlyOnceOnRefused', () => {
    const given = begun();
    fail(given, INTERNAL, 'refused');
    expect([given.wire.calls.length, given.clock.pendingTimers]).toEqual([2, 0]);
    expect(given.wire.last.metadata.get('grpc-previous-rpc-attempts')).toEqual([]);
    fail(given, UNAVAILABLE, 'refused');
    // Not free any more: it is counted, paid for, and announced.
    expect(given.wire.last.metadata.get('grpc-previous-rpc-attempts')).toEqual(['1']);
  });

  test('transparentRetry_unlimitedTimesOnMiscarried', () => {
    const given = begun();
    for (let n = 1; n <= 1_000; n++) {
      fail(given, INTERNAL, 'unsent');
      expect([given.wire.calls.length, given.call.statuses.length]).toEqual([n + 1, 0]);
    }
    expect(given.wire.last.metadata.get('grpc-previous-rpc-attempts')).toEqual([]);
    given.wire.last.ok();
    expectEnd(given, OK, 1_001);
  });

  test('normalRetry_thenNoTransparentRetry_butNormalRetry', () => {
    const given = retried();
    fail(given, UNAVAILABLE, 'refused');
    fail(given, UNAVAILABLE, 'refused');
    expect(given.wire.calls).toHaveLength(4);
    expect(given.wire.last.metadata.get('grpc-previous-rpc-attempts')).toEqual(['2']);
  });

  test('noRetry_transparentRetry_noEarlyCommit', () => {
    const given = begun();
    const plain = retryFixture();
    const call = new ObservedCall(plain.channel).start().write('1');
    plain.wire.last.pick(pod(1), true).end(INTERNAL, '', 'refused');
    expect([plain.wire.calls.length, plain.wire.last.sent]).toEqual([2, ['1']]);
    plain.wire.last.ok();
    expect(call.code).toBe(OK);
    given.wire.last.ok();
  });
});

describe('throttling', () => {
  test('throttle', () => {
    const throttle = new TokenThrottle({ maxTokens: 4, tokenRatio: 0.8 });
    const isAbove = (): boolean => throttle.tryWithdraw();
    const afterFailure = (): boolean => {
      throttle.attemptFailed();
      return isAbove();
    };
    const afterSuccess = (): boolean => {
      throttle.callSucceeded();
      return isAbove();
    };
    expect(isAbove()).toBe(true);
    expect([1, 2, 3, 4, 5].map(afterFailure)).toEqual([true, false, false, false, false]);
    expect([1, 2, 3, 4, 5, 6].map(afterSuccess)).toEqual([false, false, true, true, true, true]);
    expect([1, 2].map(afterFailure)).toEqual([true, false]);
  });

  // Another call has taken a token already: 3 of 4 are left, and more than 2 are needed.
  const throttled = (): Case & { readonly throttle: TokenThrottle } => {
    const throttle = new TokenThrottle({ maxTokens: 4, tokenRatio: 0.8 });
    const given = { ...begun(POLICY, { budget: throttle }), throttle };
    throttle.attemptFailed();
    return given;
  };

  test.each([
    ['throttledStream_FailWithRetriableStatusCode_WithoutPushback', UNAVAILABLE, undefined, 2],
    ['throttledStream_FailWithNonRetriableStatusCode_WithoutPushback', INTERNAL, undefined, 3],
    ['throttledStream_FailWithRetriableStatusCode_WithRetriablePushback', UNAVAILABLE, '123', 2],
    ['throttledStream_FailWithNonRetriableStatusCode_WithRetriablePushback', INTERNAL, '123', 3],
    ['throttledStream_FailWithRetriableStatusCode_WithNonRetriablePushback', UNAVAILABLE, '', 2],
    ['throttledStream_FailWithNonRetriableStatusCode_WithNonRetriablePushback', INTERNAL, '', 2],
  ] as const)('%s', (_name, code, value, tokens) => {
    const given = throttled();
    fail(given, code, 'maybe-processed', value === undefined ? undefined : pushback(value));
    expectEnd(given, code, 1);
    expect(given.throttle.tokens).toBe(tokens);
  });

  test('throttleStream_Succeed', () => {
    const given = throttled();
    for (let n = 0; n < 2; n++) given.throttle.attemptFailed();
    given.wire.last.headers().message('hi').ok();
    expect(given.throttle.tokens).toBeCloseTo(1.8, 10);
    given.throttle.callSucceeded();
    expect([given.throttle.tokens, given.throttle.tryWithdraw()]).toEqual([expect.closeTo(2.6, 10), true]);
  });
});
