import { EventEmitter } from 'node:events';
import { attemptContextOf } from '@fairlead/core';
import * as grpc from '@grpc/grpc-js';
import { describe, expect, test } from '@jest/globals';
import { metadataOf, pod } from '../../test/fake-channel.js';
import { ObservedCall, settle, type CallSetup } from '../../test/observed-call.js';
import { POLICY, retryFixture } from '../../test/retry-fixture.js';
import { attemptsOf } from '../attempts/attempts-of.js';

const { CANCELLED, DEADLINE_EXCEEDED, INTERNAL, OK, UNAVAILABLE } = grpc.status;

const reasonsOf = (call: ObservedCall): string[] => attemptsOf(call.status).map(({ next }) => next.reason);

describe('the class of a failure decides', () => {
  test('an unsent attempt is repeated at once on another pod, for any method', () => {
    const { wire, channel } = retryFixture();
    const call = new ObservedCall(channel).unary();
    wire.last.pick(pod(1), true).end(UNAVAILABLE, 'not sent', 'unsent');
    expect(wire.calls).toHaveLength(2);
    expect(attemptContextOf(wire.last.metadata)?.tried).toEqual(new Set([pod(1).id]));
    wire.last.pick(pod(2)).message('hi').ok();
    expect([call.code, call.messages]).toEqual([OK, ['hi']]);
  });

  test('once all pods were tried, an unsent attempt waits by backoff, and then again', () => {
    const { wire, channel, clock } = retryFixture();
    const call = new ObservedCall(channel).unary();
    for (let attempt = 1; attempt <= 20; attempt++) {
      expect(wire.calls).toHaveLength(attempt);
      wire.last.pick(pod(1), false).end(UNAVAILABLE, 'not sent', 'unsent');
      expect(wire.calls).toHaveLength(attempt);
      clock.advance(1_200);
    }
    wire.last.ok();
    expect(call.code).toBe(OK);
  });

  test('the first refused attempt of a call is repeated at once and free', () => {
    const { wire, channel } = retryFixture(undefined, { budget: broke });
    const call = new ObservedCall(channel).unary();
    wire.last.pick(pod(1), true).end(UNAVAILABLE, 'Stream refused by server', 'refused');
    wire.last.ok();
    expect([wire.calls.length, call.code]).toEqual([2, OK]);
    expect(wire.last.metadata.get('grpc-previous-rpc-attempts')).toEqual([]);
  });

  test('the second refused attempt costs budget, and is counted and announced', () => {
    const { wire, channel } = retryFixture();
    new ObservedCall(channel).unary();
    for (const n of [1, 2]) wire.last.pick(pod(n), true).end(UNAVAILABLE, '', 'refused');
    expect(wire.last.metadata.get('grpc-previous-rpc-attempts')).toEqual(['1']);

    const poor = retryFixture(undefined, { budget: broke });
    const call = new ObservedCall(poor.channel).unary();
    for (const n of [1, 2]) poor.wire.last.pick(pod(n), true).end(UNAVAILABLE, '', 'refused');
    expect([poor.wire.calls.length, call.code]).toEqual([2, UNAVAILABLE]);
    expect(reasonsOf(call)[1]).toBe('the retry budget is used up');
  });

  test('refusals by departing pods are free, not counted and not announced as long as another pod is left', () => {
    const { wire, channel } = retryFixture(POLICY, { budget: broke });
    const call = new ObservedCall(channel).unary();
    for (let n = 1; n <= 9; n++) wire.last.pick(pod(n), true).sendAway();
    expect(wire.last.metadata.get('grpc-previous-rpc-attempts')).toEqual([]);
    wire.last.pick(pod(10)).sendAway();
    expect([wire.calls.length, call.code]).toEqual([10, UNAVAILABLE]);
    expect(reasonsOf(call)[9]).toBe('the retry budget is used up');
  });

  test('a call that is refused everywhere ends after its attempts', () => {
    const { wire, channel } = retryFixture(POLICY);
    const call = new ObservedCall(channel).unary();
    for (let n = 1; call.statuses.length === 0; n++) wire.last.pick(pod(n), true).end(UNAVAILABLE, '', 'refused');
    // Three that count and the first refused one, which does not.
    expect(wire.calls).toHaveLength(4);
    expect(reasonsOf(call)[3]).toBe('refused, and all 3 attempts are used');
  });

  test('an attempt that may have been processed is not repeated without a retryPolicy', () => {
    const { wire, channel } = retryFixture();
    const call = new ObservedCall(channel).unary();
    wire.last.pick(pod(1), true).end(UNAVAILABLE, 'read ECONNRESET', 'maybe-processed');
    expect([wire.calls.length, call.code, call.status.details]).toEqual([1, UNAVAILABLE, 'read ECONNRESET']);
    expect(reasonsOf(call)).toEqual(['the server may have processed it, and the method has no retryPolicy']);
  });

  test('nor when the retryPolicy does not list its status', () => {
    const { wire, channel } = retryFixture(POLICY);
    const call = new ObservedCall(channel).unary();
    wire.last.pick(pod(1), true).end(INTERNAL, '', 'maybe-processed');
    expect([wire.calls.length, call.code]).toEqual([1, INTERNAL]);
    expect(reasonsOf(call)).toEqual(['the server may have processed it, and INTERNAL is not in retryableStatusCodes']);
  });

  test('a listed status is repeated after the backoff, maxAttempts wire calls in all, each announced', () => {
    const { wire, channel, clock } = retryFixture(POLICY);
    const call = new ObservedCall(channel).unary();
    for (const n of [1, 2, 3]) {
      const announced = n === 1 ? [] : [String(n - 1)];
      expect(wire.last.metadata.get('grpc-previous-rpc-attempts')).toEqual(announced);
      wire.last.pick(pod(n), true).end(UNAVAILABLE, `${n}`, 'maybe-processed');
      clock.advance(79);
      expect(wire.calls).toHaveLength(n);
      clock.advance(41);
    }
    expect([wire.calls.length, call.code, call.status.details]).toEqual([3, UNAVAILABLE, '3']);
    expect(reasonsOf(call)).toEqual([
      'UNAVAILABLE is in retryableStatusCodes',
      'UNAVAILABLE is in retryableStatusCodes',
      'all 3 attempts are used',
    ]);
  });

  test('the backoff grows from one retry to the next', () => {
    const policy = { ...POLICY, maxAttempts: 5, maxBackoffMs: 5_000, backoffMultiplier: 10 };
    const { wire, channel, clock } = retryFixture(policy);
    new ObservedCall(channel).unary();
    for (const baseMs of [100, 1_000, 5_000, 5_000]) {
      wire.last.pick(pod(1)).end(UNAVAILABLE);
      const waitMs = (clock.nextTimerAt ?? 0) - clock.now();
      expect(waitMs).toBeGreaterThanOrEqual(0.8 * baseMs);
      expect(waitMs).toBeLessThan(1.2 * baseMs);
      clock.advance(waitMs);
    }
    expect(wire.calls).toHaveLength(5);
  });

  test('maxAttempts: 2 makes exactly two', () => {
    const { wire, channel, clock } = retryFixture({ ...POLICY, maxAttempts: 2 });
    const call = new ObservedCall(channel).unary();
    for (; call.statuses.length === 0; clock.advance(120)) wire.last.pick(pod(1)).end(UNAVAILABLE);
    expect(wire.calls).toHaveLength(2);
  });

  test('unsent and first refused attempts are neither counted nor announced', () => {
    const { wire, channel, clock } = retryFixture({ ...POLICY, maxAttempts: 2 });
    const call = new ObservedCall(channel).unary();
    for (const n of [1, 2, 3]) wire.last.pick(pod(n), true).end(UNAVAILABLE, '', 'unsent');
    wire.last.pick(pod(4), true).end(UNAVAILABLE, '', 'refused');
    wire.last.pick(pod(5), true).end(UNAVAILABLE, '', 'maybe-processed');
    clock.advance(120);
    expect(wire.last.metadata.get('grpc-previous-rpc-attempts')).toEqual(['1']);
    wire.last.pick(pod(6), true).end(UNAVAILABLE, '', 'maybe-processed');
    expect([wire.calls.length, call.code]).toEqual([6, UNAVAILABLE]);
  });

  test('a call that found no pod follows the retryPolicy and costs no budget', () => {
    const none = retryFixture();
    const call = new ObservedCall(none.channel).unary();
    none.wire.last.end(UNAVAILABLE, 'no pod of dns:///a can be reached', 'unsent');
    expect([none.wire.calls.length, call.code]).toEqual([1, UNAVAILABLE]);
    expect(reasonsOf(call)).toEqual(['no pod could be picked, and the method has no retryPolicy']);

    const { wire, channel, clock } = retryFixture(POLICY, { budget: broke });
    const patient = new ObservedCall(channel).unary();
    for (; patient.statuses.length === 0; clock.advance(120)) wire.last.end(UNAVAILABLE, '', 'unsent');
    expect(wire.calls).toHaveLength(3);
    expect(wire.last.metadata.get('grpc-previous-rpc-attempts')).toEqual([]);
  });
});

describe('a call is committed', () => {
  test('by the headers of a response: no other attempt', () => {
    const { wire, channel, clock } = retryFixture(POLICY);
    const call = new ObservedCall(channel).unary();
    wire.last.pick(pod(1), true).headers().end(UNAVAILABLE, '', 'maybe-processed');
    clock.advance(1_000);
    expect([wire.calls.length, call.code, call.headers.length]).toEqual([1, UNAVAILABLE, 1]);
    expect(reasonsOf(call)).toEqual(['the response had begun']);
  });

  test('by a message', () => {
    const { wire, channel } = retryFixture(POLICY);
    const call = new ObservedCall(channel).unary();
    wire.last.pick(pod(1), true).message('one').end(UNAVAILABLE, '', 'refused');
    expect([wire.calls.length, call.code, call.messages]).toEqual([1, UNAVAILABLE, ['one']]);
  });

  test('by a message that is longer than one call may keep', () => {
    const { wire, channel } = retryFixture(POLICY, { perCallBufferBytes: 4 });
    const call = new ObservedCall(channel).start().write('1234').write('5');
    wire.last.pick(pod(1), true).end(UNAVAILABLE, '', 'unsent');
    expect([wire.calls.length, wire.last.sent, call.code]).toEqual([1, ['1234', '5'], UNAVAILABLE]);
    expect(reasonsOf(call)).toEqual(['more was sent than may be kept for another attempt']);
  });

  test('by an overflow between two attempts: the next one is the last, and takes the message along', () => {
    const { wire, channel, clock } = retryFixture(POLICY, { perCallBufferBytes: 4 });
    const call = new ObservedCall(channel).start().write('1234');
    wire.last.pick(pod(1)).end(UNAVAILABLE, '', 'maybe-processed');
    call.write('5');
    call.call.halfClose();
    clock.advance(120);
    expect([wire.last.sent, wire.last.halfClosed]).toEqual([['1234', '5'], true]);
    wire.last.pick(pod(2)).end(UNAVAILABLE, '', 'maybe-processed');
    clock.advance(120);
    expect([wire.calls.length, call.code]).toEqual([2, UNAVAILABLE]);
  });

  test('by the limit of all calls together, which a commit and an end give back', () => {
    const { wire, channel, context } = retryFixture(POLICY, { channelBufferBytes: 6 });
    const { space } = context.retry;
    const first = new ObservedCall(channel).start().write('1234');
    const firstWire = wire.last;
    expect(space.used).toBe(4);
    new ObservedCall(channel).start().write('5678');
    const secondWire = wire.last;
    expect(space.used).toBe(4);
    firstWire.headers();
    expect(space.used).toBe(0);
    new ObservedCall(channel).start().write('56');
    expect(space.used).toBe(2);
    wire.last.ok();
    secondWire.pick(pod(1), true).end(UNAVAILABLE, '', 'unsent');
    firstWire.ok();
    expect([space.used, wire.calls.length, first.code]).toEqual([0, 3, OK]);
  });

  test('it only forwards from then on', () => {
    const { wire, channel, context } = retryFixture(POLICY, { acceptsWrites: false });
    const call = new ObservedCall(channel).start().write('1');
    wire.last.headers();
    call.write('2');
    expect(wire.last.sent).toEqual(['1']);
    wire.last.accept();
    wire.last.accept();
    call.write('3').call.startRead();
    wire.last.accept();
    call.call.halfClose();
    expect([wire.last.sent, wire.last.reads, wire.last.halfClosed]).toEqual([['1', '2', '3'], 1, true]);
    expect([call.written, context.retry.space.used]).toEqual([[0, 1, 2], 0]);
  });

  test('a commit in the middle of a replay does not lose the rest of it', () => {
    const { wire, channel, clock } = retryFixture(POLICY, { acceptsWrites: false });
    const call = new ObservedCall(channel).start().write('1');
    wire.last.accept();
    call.write('2');
    wire.last.accept();
    call.write('3').call.halfClose();
    wire.last.pick(pod(1)).end(UNAVAILABLE, '', 'maybe-processed');
    clock.advance(120);
    expect(wire.last.sent).toEqual(['1']);
    wire.last.headers();
    wire.last.accept();
    expect([wire.last.sent, wire.last.halfClosed]).toEqual([['1', '2'], false]);
    wire.last.accept();
    expect([wire.last.sent, wire.last.halfClosed]).toEqual([['1', '2', '3'], false]);
    wire.last.accept();
    expect(wire.last.halfClosed).toBe(true);
  });
});

describe('what the client did is done again', () => {
  test('messages in order and one at a time, reads, half-close', () => {
    const { wire, channel, clock } = retryFixture(POLICY, { acceptsWrites: false });
    const call = new ObservedCall(channel).start(metadataOf({ key: 'value' }));
    call.call.startRead();
    call.write('1');
    wire.last.accept();
    call.write('2');
    wire.last.pick(pod(1)).end(UNAVAILABLE, '', 'maybe-processed');
    clock.advance(120);
    expect([wire.last.sent, wire.last.reads, wire.last.metadata.get('key')]).toEqual([['1'], 1, ['value']]);
    call.call.halfClose();
    wire.last.accept();
    expect([wire.last.sent, wire.last.halfClosed]).toEqual([['1', '2'], false]);
    wire.last.accept();
    expect([wire.last.halfClosed, call.written]).toEqual([true, [0, 1]]);
  });

  test('a single message and its half-close go out together, as a client with one request sends them', () => {
    const { wire, channel, clock } = retryFixture(POLICY, { acceptsWrites: false });
    new ObservedCall(channel).unary();
    expect([wire.last.sent, wire.last.halfClosed]).toEqual([['hello'], true]);
    wire.last.pick(pod(1)).end(UNAVAILABLE, '', 'maybe-processed');
    clock.advance(120);
    expect([wire.calls.length, wire.last.sent, wire.last.halfClosed]).toEqual([2, ['hello'], true]);
  });

  test('the write callback is called once, by the first attempt that gets the message through', () => {
    const { wire, channel, clock } = retryFixture(POLICY, { acceptsWrites: false });
    const call = new ObservedCall(channel).start().write('1');
    wire.last.pick(pod(1)).end(UNAVAILABLE, '', 'maybe-processed');
    expect(call.written).toEqual([]);
    clock.advance(120);
    wire.last.accept();
    expect(call.written).toEqual([0]);
    wire.last.pick(pod(2)).end(UNAVAILABLE, '', 'maybe-processed');
    clock.advance(120);
    wire.last.accept();
    expect([wire.calls.length, call.written]).toEqual([3, [0]]);
  });

  test('a late answer of an earlier attempt is not heard', () => {
    const { wire, channel } = retryFixture(POLICY, { acceptsWrites: false });
    const call = new ObservedCall(channel).start().write('1').write('2');
    const early = wire.last;
    early.pick(pod(1), true).end(UNAVAILABLE, '', 'unsent');
    early.accept();
    early.headers().message('late').end(INTERNAL);
    expect([early.sent, call.headers, call.messages, call.statuses]).toEqual([['1'], [], [], []]);
    wire.last.ok();
    expect([call.code, wire.calls.length]).toEqual([OK, 2]);
  });

  test("the caller's metadata is never changed", () => {
    const { wire, channel, clock } = retryFixture(POLICY);
    const metadata = new grpc.Metadata({ waitForReady: true });
    new ObservedCall(channel).unary('hi', metadata);
    wire.last.pick(pod(1)).end(UNAVAILABLE);
    clock.advance(120);
    expect(wire.calls).toHaveLength(2);
    expect(metadata.getMap()).toEqual({});
    expect(Reflect.ownKeys(metadata.getOptions())).toEqual(['waitForReady']);
    expect(wire.last.metadata.getOptions().waitForReady).toBe(true);
  });
});

describe('pushback', () => {
  const pushback = (...values: string[]): grpc.Metadata => metadataOf({ 'grpc-retry-pushback-ms': values });

  test('says when the next attempt comes, and starts the backoff anew', () => {
    const { wire, channel, clock } = retryFixture({
      ...POLICY,
      maxAttempts: 5,
      maxBackoffMs: 10_000,
      backoffMultiplier: 100,
    });
    new ObservedCall(channel).unary();
    wire.last.pick(pod(1)).end(UNAVAILABLE, '', undefined);
    clock.advance(120);
    wire.last.pick(pod(1)).end(UNAVAILABLE, '', undefined, pushback('5'));
    clock.advance(4.9);
    expect(wire.calls).toHaveLength(2);
    clock.advance(0.1);
    expect(wire.calls).toHaveLength(3);
    wire.last.pick(pod(1)).end(UNAVAILABLE);
    clock.advance(120);
    expect(wire.calls).toHaveLength(4);
  });

  test('"0" means at once', () => {
    const { wire, channel, clock } = retryFixture(POLICY);
    new ObservedCall(channel).unary();
    wire.last.pick(pod(1)).end(UNAVAILABLE, '', undefined, pushback('0'));
    clock.advance(0);
    expect(wire.calls).toHaveLength(2);
  });

  test.each([[['-1']], [['x']], [['01']], [['5', '5']], [['2147483648']]])('%j ends the call', (values) => {
    const { wire, channel, clock } = retryFixture(POLICY);
    const call = new ObservedCall(channel).unary();
    wire.last.pick(pod(1)).end(UNAVAILABLE, '', undefined, pushback(...values));
    clock.advance(1_000);
    expect([wire.calls.length, call.code]).toEqual([1, UNAVAILABLE]);
    expect(reasonsOf(call)).toEqual(['the server asked not to retry (pushback)']);
  });

  test('is nothing for a status that is not listed, and no more than maxAttempts', () => {
    const { wire, channel, clock } = retryFixture({ ...POLICY, maxAttempts: 2 });
    const call = new ObservedCall(channel).unary();
    wire.last.pick(pod(1)).end(INTERNAL, '', undefined, pushback('0'));
    expect([wire.calls.length, call.code]).toEqual([1, INTERNAL]);
    const other = new ObservedCall(channel).unary();
    for (; other.statuses.length === 0; clock.advance(1))
      wire.last.pick(pod(1)).end(UNAVAILABLE, '', undefined, pushback('0'));
    expect(wire.calls).toHaveLength(3);
  });
});

describe('the end comes exactly once', () => {
  const parentWith = (deadlineMs = Infinity) => {
    const parent = Object.assign(new EventEmitter(), { cancelled: false, getDeadline: () => deadlineMs });
    const cancel = (): void => {
      parent.cancelled = true;
      parent.emit('cancelled', 'cancelled');
    };
    return { parent, cancel, setup: { parent: parent as never } satisfies CallSetup };
  };

  test('a cancel before start', async () => {
    const { wire, channel } = retryFixture();
    const call = new ObservedCall(channel);
    call.call.cancelWithStatus(CANCELLED, 'enough');
    call.unary();
    await settle();
    expect([wire.calls.length, call.code, call.status.details]).toEqual([0, CANCELLED, 'enough']);
    expect(attemptsOf(call.status)).toEqual([]);
  });

  test('a cancel during an attempt', () => {
    const { wire, channel } = retryFixture({ ...POLICY, retryableStatusCodes: new Set([CANCELLED]) });
    const call = new ObservedCall(channel).unary();
    wire.last.pick(pod(1), true);
    call.call.cancelWithStatus(CANCELLED, 'enough');
    expect([wire.calls.length, call.code, wire.last.cancelled?.details]).toEqual([1, CANCELLED, 'enough']);
    expect(reasonsOf(call)).toEqual(['the call was cancelled']);
  });

  test('a cancel during the backoff', async () => {
    const { wire, channel, clock } = retryFixture(POLICY);
    const call = new ObservedCall(channel).unary();
    wire.last.pick(pod(1)).end(UNAVAILABLE);
    call.call.cancelWithStatus(CANCELLED, 'enough');
    call.call.cancelWithStatus(CANCELLED, 'enough!');
    expect(call.statuses).toEqual([]);
    await settle();
    clock.advance(1_000);
    expect([wire.calls.length, call.code, call.status.details]).toEqual([1, CANCELLED, 'enough']);
    expect(attemptsOf(call.status)).toMatchObject([
      { code: UNAVAILABLE, next: { retried: false, reason: 'the call was cancelled' } },
    ]);
    expect(clock.pendingTimers).toBe(0);
  });

  test('a cancel after the end', async () => {
    const { wire, channel } = retryFixture();
    const call = new ObservedCall(channel).unary();
    wire.last.ok();
    call.call.cancelWithStatus(CANCELLED, 'late');
    await settle();
    expect([call.code, wire.last.cancelled]).toEqual([OK, undefined]);
  });

  test('a deadline that comes before the next attempt would', () => {
    const { wire, channel, clock } = retryFixture(POLICY);
    const call = new ObservedCall(channel, { deadline: clock.epochNow() + 50 }).unary();
    wire.last.pick(pod(1)).end(UNAVAILABLE, 'gone');
    clock.advance(49.9);
    expect(call.statuses).toEqual([]);
    clock.advance(0.1);
    expect([call.code, wire.calls.length, clock.pendingTimers]).toEqual([DEADLINE_EXCEEDED, 1, 0]);
    expect(call.status.details).toBe('Deadline exceeded while waiting to retry; last failure: UNAVAILABLE: gone');
    expect(attemptsOf(call.status)).toMatchObject([
      { code: UNAVAILABLE, next: { retried: false, reason: 'the deadline came before the next attempt' } },
    ]);
  });

  test('a deadline that has passed already: the status is that of the attempt', () => {
    const { wire, channel, clock } = retryFixture({ ...POLICY, retryableStatusCodes: new Set([DEADLINE_EXCEEDED]) });
    const call = new ObservedCall(channel, { deadline: new Date(clock.epochNow() + 50) }).unary();
    clock.advance(50);
    wire.last.pick(pod(1)).end(DEADLINE_EXCEEDED, 'Deadline exceeded after 0.05s');
    expect([call.code, call.status.details]).toEqual([DEADLINE_EXCEEDED, 'Deadline exceeded after 0.05s']);
    expect(reasonsOf(call)).toEqual(['the deadline has passed']);
  });

  test('a parent call that is cancelled during the backoff', async () => {
    const { parent, cancel, setup } = parentWith();
    const { wire, channel, clock } = retryFixture(POLICY);
    const call = new ObservedCall(channel, setup).unary();
    wire.last.pick(pod(1)).end(UNAVAILABLE);
    expect(parent.listenerCount('cancelled')).toBe(1);
    cancel();
    await settle();
    expect([call.code, call.status.details]).toEqual([CANCELLED, 'Cancelled by parent call']);
    expect([clock.pendingTimers, parent.listenerCount('cancelled')]).toEqual([0, 0]);
    expect(reasonsOf(call)).toEqual(['the parent call was cancelled']);
  });

  test('a parent call that is cancelled during an attempt: no other attempt, even where CANCELLED is listed', () => {
    const { cancel, setup } = parentWith();
    const { wire, channel } = retryFixture({ ...POLICY, retryableStatusCodes: new Set([CANCELLED]) });
    const call = new ObservedCall(channel, setup).unary();
    cancel();
    wire.last.pick(pod(1)).end(CANCELLED, 'Cancelled by parent call');
    expect([call.code, wire.calls.length]).toEqual([CANCELLED, 1]);
  });

  test("a parent's deadline", () => {
    const { wire, channel, clock } = retryFixture(POLICY);
    const call = new ObservedCall(channel, parentWith(clock.epochNow() + 50).setup).unary();
    wire.last.pick(pod(1)).end(UNAVAILABLE);
    clock.advance(50);
    expect(call.code).toBe(DEADLINE_EXCEEDED);
  });

  test('what the parent does not hand on does not count', () => {
    const { wire, channel, clock } = retryFixture(POLICY);
    const { cancel, setup } = parentWith(clock.epochNow() + 50);
    const call = new ObservedCall(channel, { ...setup, propagateFlags: 0 }).unary();
    wire.last.pick(pod(1)).end(UNAVAILABLE);
    cancel();
    clock.advance(120);
    wire.last.ok();
    expect([wire.calls.length, call.code]).toEqual([2, OK]);
  });

  test('a channel that is closed during the backoff: the last failure is told', async () => {
    const { wire, channel, clock, context } = retryFixture(POLICY);
    const call = new ObservedCall(channel).unary();
    wire.last.pick(pod(1)).end(UNAVAILABLE, 'gone');
    context.close();
    channel.close();
    await settle();
    expect([call.code, call.status.details, clock.pendingTimers]).toEqual([UNAVAILABLE, 'gone', 0]);
    expect(reasonsOf(call)).toEqual(['the channel was closed']);
  });

  test('a channel that is closed during an attempt: it may finish, but is not repeated', () => {
    const { wire, channel, context } = retryFixture(POLICY);
    const calls = [new ObservedCall(channel).unary(), new ObservedCall(channel).unary()];
    context.close();
    channel.close();
    wire.calls[0]?.ok();
    wire.calls[1]?.pick(pod(1), true).end(UNAVAILABLE, '', 'unsent');
    expect(calls.map((call) => call.code)).toEqual([OK, UNAVAILABLE]);
    expect(wire.calls).toHaveLength(2);
  });
});

test('a wait keeps the process alive, since a call is pending', () => {
  const { wire, channel, clock } = retryFixture(POLICY);
  new ObservedCall(channel).unary();
  expect(clock.pendingTimers).toBe(0);
  wire.last.pick(pod(1)).end(UNAVAILABLE);
  expect(clock.pendingKeepAliveTimers).toBe(1);
});

test('a call that succeeds at once carries nothing', () => {
  const { wire, channel } = retryFixture(POLICY);
  const call = new ObservedCall(channel).unary();
  wire.last.pick(pod(1)).headers().message('hi').ok();
  expect(Reflect.ownKeys(call.status)).toEqual(['code', 'details', 'metadata']);
});

test('the trail of a call that succeeds in the end has all of its attempts', () => {
  const { wire, channel, clock } = retryFixture(POLICY);
  const call = new ObservedCall(channel).unary();
  const startedAtMs = clock.epochNow();
  clock.advance(7);
  wire.last.pick(pod(1)).end(UNAVAILABLE, 'gone', 'maybe-processed');
  const waitMs = (clock.nextTimerAt ?? 0) - clock.now();
  clock.advance(waitMs);
  wire.last.pick(pod(2)).headers();
  clock.advance(3);
  wire.last.ok();
  expect(attemptsOf(call.status)).toEqual([
    {
      endpoint: pod(1),
      startedAtMs,
      durationMs: 7,
      code: UNAVAILABLE,
      details: 'gone',
      failure: 'maybe-processed',
      next: { retried: true, reason: 'UNAVAILABLE is in retryableStatusCodes' },
    },
    {
      endpoint: pod(2),
      startedAtMs: expect.closeTo(startedAtMs + 7 + waitMs, 3),
      durationMs: expect.closeTo(3, 6),
      code: OK,
      details: '',
      failure: undefined,
      next: { retried: false, reason: 'it succeeded' },
    },
  ]);
});

/** A budget that never has anything. */
const broke = { deposit: () => undefined, tryWithdraw: () => false, balance: () => 0 };
