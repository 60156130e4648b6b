import { TokenThrottle, type FailureClass } from '@fairlead/core';
import * as grpc from '@grpc/grpc-js';
import { expect, test } from '@jest/globals';
import { metadataOf, pod } from '../../test/fake-channel.js';
import { hedgingFixture } from '../../test/hedging-fixture.js';
import { ObservedCall, settle } from '../../test/observed-call.js';
import type { RetryFixture } from '../../test/retry-fixture.js';
import { attemptsOf } from '../attempts/attempts-of.js';

// grpc-java core RetriableStreamTest, its cases of hedging under the names that they have there.
const { ABORTED, CANCELLED, INTERNAL, UNAVAILABLE } = grpc.status;
const DELAY_MS = 100_000;
const POLICY = { maxAttempts: 5, hedgingDelayMs: DELAY_MS, nonFatalStatusCodes: new Set([UNAVAILABLE, ABORTED]) };

type Case = RetryFixture & { readonly call: ObservedCall };

function begun(options: Parameters<typeof hedgingFixture>[1] = {}): Case {
  const fixture = hedgingFixture(POLICY, options);
  return { ...fixture, call: new ObservedCall(fixture.channel).start() };
}

/** So many more hedges are sent, a delay apart. */
function hedge({ clock, wire }: Case, count = 1): void {
  for (let n = 0; n < count; n++) {
    const made = wire.calls.length;
    clock.advance(DELAY_MS - 1);
    expect(wire.calls).toHaveLength(made);
    clock.advance(1);
    expect(wire.calls).toHaveLength(made + 1);
  }
}

/** The n-th attempt fails. */
function fail({ wire }: Case, n: number, code: grpc.status, failure: FailureClass = 'maybe-processed', ms?: string) {
  const trailers = ms === undefined ? undefined : metadataOf({ 'grpc-retry-pushback-ms': ms });
  wire.calls[n - 1]!.pick(pod(n), true).end(code, '', failure, trailers);
}

const cancelled = ({ wire }: Case): boolean[] => wire.calls.map((call) => call.cancelled?.code === CANCELLED);

test('hedging_everythingDrained_oneHedgeReceivesNonFatal_oneHedgeReceivesFatalStatus', () => {
  const given = begun();
  const { call, wire, clock } = given;
  call.write('msg1').write('msg2').call.startRead();
  call.write('msg3').call.startRead();
  hedge(given);
  call.write('msg1 after hedge2 starts').write('msg2 after hedge2 starts');
  hedge(given);
  call.write('msg1 after hedge3 starts');
  const all = [
    'msg1',
    'msg2',
    'msg3',
    'msg1 after hedge2 starts',
    'msg2 after hedge2 starts',
    'msg1 after hedge3 starts',
  ];
  expect(wire.calls.map(({ sent, reads }) => [sent, reads])).toEqual(new Array(3).fill([all, 2]));
  // A failure that is not fatal sends the next one at once (gRFC A6); in Java it comes after the delay here.
  fail(given, 3, UNAVAILABLE);
  call.write('msg1 after hedge3 fails');
  expect(wire.calls.map(({ sent }) => sent.length)).toEqual([7, 7, 6, 7]);
  fail(given, 2, INTERNAL);
  expect(cancelled(given)).toEqual([true, false, false, true]);
  expect([call.code, clock.pendingTimers]).toEqual([INTERNAL, 0]);
  expect(attemptsOf(call.status).map(({ code }) => code)).toEqual([CANCELLED, INTERNAL, UNAVAILABLE, CANCELLED]);
});

test('hedging_maxAttempts', () => {
  const given = begun();
  hedge(given, 4);
  for (const n of [2, 1, 4]) fail(given, n, UNAVAILABLE);
  fail(given, 5, ABORTED);
  given.clock.advance(10 * DELAY_MS);
  expect([given.wire.calls.length, given.call.statuses]).toEqual([5, []]);
  given.call.write('to the one that is left');
  expect(given.wire.calls[2]!.sent).toEqual(['to the one that is left']);
  const headers = metadataOf({ key: 'value' });
  given.wire.calls[2]!.headers(headers);
  expect(given.call.headers.map((each) => each.get('key'))).toEqual([['value']]);
});

test('hedging_receiveHeaders', () => {
  const given = begun();
  hedge(given, 2);
  given.wire.calls[1]!.headers();
  expect(cancelled(given)).toEqual([true, false, true]);
  expect([given.call.headers.length, given.clock.pendingTimers]).toEqual([1, 0]);
  // As many attempts were sent before it as the answer says.
  expect(given.call.headers[0]!.get('grpc-previous-rpc-attempts')).toEqual(['1']);
});

test('hedging_pushback_negative', () => {
  const given = begun();
  hedge(given, 2);
  fail(given, 2, UNAVAILABLE, 'maybe-processed', '-1');
  given.clock.advance(10 * DELAY_MS);
  expect([given.wire.calls.length, cancelled(given), given.call.statuses]).toEqual([3, [false, false, false], []]);
});

test('hedging_pushback_positive', () => {
  const given = begun();
  const { wire, clock } = given;
  hedge(given);
  fail(given, 1, UNAVAILABLE, 'maybe-processed', String(DELAY_MS + 1_000));
  clock.advance(DELAY_MS + 999);
  expect(wire.calls).toHaveLength(2);
  clock.advance(1);
  expect(wire.calls).toHaveLength(3);
  fail(given, 2, UNAVAILABLE, 'maybe-processed', String(DELAY_MS - 1_000));
  clock.advance(DELAY_MS - 1_001);
  expect(wire.calls).toHaveLength(3);
  clock.advance(1);
  expect(wire.calls).toHaveLength(4);
  fail(given, 4, INTERNAL);
  expect([given.call.code, wire.calls[2]!.cancelled?.code, clock.pendingTimers]).toEqual([INTERNAL, CANCELLED, 0]);
});

test('hedging_cancelled', async () => {
  const given = begun();
  hedge(given);
  given.call.call.cancelWithStatus(CANCELLED, 'cancelled');
  await settle();
  expect([given.call.code, cancelled(given), given.clock.pendingTimers]).toEqual([CANCELLED, [true, true], 0]);
});

test('hedging_perRpcBufferLimitExceeded', () => {
  const given = begun({ perCallBufferBytes: 4 });
  given.call.write('1234');
  hedge(given);
  expect(cancelled(given)).toEqual([false, false]);
  given.call.write('56');
  // Both have sent the same: the older one goes on.
  expect([cancelled(given), given.wire.calls[0]!.sent]).toEqual([
    [false, true],
    ['1234', '56'],
  ]);
  given.clock.advance(10 * DELAY_MS);
  expect(given.wire.calls).toHaveLength(2);
});

test('hedging_channelBufferLimitExceeded', () => {
  const given = begun({ channelBufferBytes: 10 });
  const { space } = given.context.retry;
  given.call.write('1234');
  hedge(given);
  const other = new ObservedCall(given.channel).start().write('56789');
  expect([space.used, cancelled(given)]).toEqual([9, [false, false, false]]);
  given.call.write('xx');
  // Its own share is given back, that of the other call stays.
  expect([space.used, cancelled(given)]).toEqual([5, [false, true, false]]);
  other.call.cancelWithStatus(CANCELLED, '');
  expect(space.used).toBe(0);
});

test('hedging_transparentRetry', () => {
  const given = begun();
  hedge(given, 2);
  fail(given, 2, INTERNAL, 'refused');
  expect([given.wire.calls.length, given.call.statuses]).toEqual([4, []]);
  // The second one is not free, but refused all the same: another one follows while attempts are left.
  fail(given, 3, INTERNAL, 'refused');
  expect([given.wire.calls.length, given.call.statuses]).toEqual([5, []]);
});

test('hedging_throttledByOtherCall', () => {
  const throttle = new TokenThrottle({ maxTokens: 4, tokenRatio: 0.8 });
  const given = begun({ budget: throttle });
  hedge(given);
  throttle.attemptFailed();
  throttle.attemptFailed();
  given.clock.advance(10 * DELAY_MS);
  expect([given.wire.calls.length, given.call.statuses]).toEqual([2, []]);
});

test('hedging_throttledByHedgingStreams', () => {
  const throttle = new TokenThrottle({ maxTokens: 4, tokenRatio: 0.8 });
  const given = begun({ budget: throttle });
  hedge(given);
  fail(given, 1, UNAVAILABLE);
  expect([throttle.tokens, throttle.tryWithdraw()]).toEqual([3, true]);
  const made = given.wire.calls.length;
  fail(given, 2, UNAVAILABLE);
  expect([throttle.tokens, throttle.tryWithdraw()]).toEqual([2, false]);
  given.clock.advance(10 * DELAY_MS);
  expect(given.wire.calls).toHaveLength(made);
});
