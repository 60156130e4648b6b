import { EventEmitter } from 'node:events';
import { attemptContextOf, TokenThrottle } from '@fairlead/core';
import * as grpc from '@grpc/grpc-js';
import { describe, expect, test } from '@jest/globals';
import { metadataOf, pod } from '../../test/fake-channel.js';
import { hedgingFixture } from '../../test/hedging-fixture.js';
import { ObservedCall, settle } from '../../test/observed-call.js';
import { attemptsOf } from '../attempts/attempts-of.js';

const { CANCELLED, DEADLINE_EXCEEDED, INTERNAL, OK, UNAVAILABLE } = grpc.status;

const pushback = (value: string) => metadataOf({ 'grpc-retry-pushback-ms': value });
const reasonsOf = (call: ObservedCall): string[] => attemptsOf(call.status).map(({ next }) => next.reason);
const broke = { deposit: () => undefined, tryWithdraw: () => false, balance: () => 0 };

describe('when attempts are sent', () => {
  test('one after the other, hedgingDelay apart, up to maxAttempts, each to a pod that no other has', () => {
    const { wire, channel, clock, context } = hedgingFixture();
    new ObservedCall(channel).unary();
    for (const n of [1, 2, 3]) {
      expect(wire.calls).toHaveLength(n);
      expect(wire.last.sent).toEqual(['hello']);
      expect(wire.last.halfClosed).toBe(true);
      const context = attemptContextOf(wire.last.metadata);
      expect([context?.optional, [...(context?.tried ?? [])]]).toEqual([
        n > 1,
        [1, 2].slice(0, n - 1).map((id) => pod(id).id),
      ]);
      expect(wire.last.metadata.get('grpc-previous-rpc-attempts')).toEqual(n === 1 ? [] : [String(n - 1)]);
      wire.last.pick(pod(n), true);
      clock.advance(99);
      expect(wire.calls).toHaveLength(n);
      clock.advance(1);
    }
    clock.advance(1_000);
    expect([wire.calls.length, context.retry.waits.size]).toEqual([3, 0]);
  });

  test.each([[0], [undefined]])('all at once where hedgingDelay is %p', (hedgingDelayMs) => {
    const { wire, channel } = hedgingFixture({ hedgingDelayMs: hedgingDelayMs as never });
    new ObservedCall(channel).unary();
    expect(wire.calls.map(({ sent, halfClosed }) => [sent, halfClosed])).toEqual(new Array(3).fill([['hello'], true]));
  });

  test('no more than the budget pays for, and none without one', () => {
    const { wire, channel, clock } = hedgingFixture({}, { budget: broke });
    const call = new ObservedCall(channel).unary();
    clock.advance(1_000);
    expect(wire.calls).toHaveLength(1);
    wire.last.pick(pod(1)).end(UNAVAILABLE);
    expect([call.code, reasonsOf(call)]).toEqual([UNAVAILABLE, ['the retry budget is used up']]);
  });

  test('none that the pool cannot spare a pod for; when the call fails it is repeated all the same', () => {
    const { wire, channel, clock } = hedgingFixture();
    const call = new ObservedCall(channel).unary();
    wire.last.pick(pod(1));
    clock.advance(100);
    wire.last.end(UNAVAILABLE, 'no other pod can be spared', 'unsent');
    clock.advance(10_000);
    expect(wire.calls).toHaveLength(2);
    wire.calls[0]!.end(UNAVAILABLE, 'gone', 'maybe-processed');
    expect(wire.calls).toHaveLength(3);
    expect(attemptContextOf(wire.last.metadata)?.optional).toBe(false);
    wire.last.pick(pod(1)).message('hi').ok();
    expect(call.code).toBe(OK);
    // The attempt that was not made is not in the trail.
    expect(attemptsOf(call.status)).toHaveLength(2);
  });

  test('a pod that cannot be spared is learnt after the only other attempt has failed: the call goes on', () => {
    const { wire, channel, clock } = hedgingFixture({ maxAttempts: 2 });
    const call = new ObservedCall(channel).unary();
    clock.advance(100);
    wire.calls[0]!.pick(pod(1)).end(UNAVAILABLE, 'gone', 'maybe-processed');
    expect(call.statuses).toEqual([]);
    wire.calls[1]!.end(UNAVAILABLE, 'no other pod can be spared', 'unsent');
    expect(wire.calls).toHaveLength(3);
    wire.last.pick(pod(1)).end(UNAVAILABLE, 'gone again', 'maybe-processed');
    expect([call.code, call.status.details]).toEqual([UNAVAILABLE, 'gone again']);
  });
});

describe('the first answer counts', () => {
  test('the others are cancelled on the wire, and nothing of them is heard', () => {
    const { wire, channel, clock } = hedgingFixture();
    const call = new ObservedCall(channel).unary();
    clock.advance(200);
    const [first, second, third] = wire.calls;
    second!.pick(pod(2)).headers();
    expect([first!.cancelled?.code, third!.cancelled?.code, second!.cancelled]).toEqual([
      CANCELLED,
      CANCELLED,
      undefined,
    ]);
    first!.headers().message('one');
    second!.message('two').ok();
    expect([call.code, call.messages, call.headers.length, clock.pendingTimers]).toEqual([OK, ['two'], 1, 0]);
    expect(attemptsOf(call.status).map(({ code, next }) => [code, next.reason])).toEqual([
      [CANCELLED, 'another attempt was answered first, or the call was over'],
      [OK, 'it succeeded'],
      [CANCELLED, 'another attempt was answered first, or the call was over'],
    ]);
  });

  test('headers commit: a failure after them ends the call', () => {
    const { wire, channel, clock } = hedgingFixture();
    const call = new ObservedCall(channel).unary();
    wire.last.headers();
    clock.advance(1_000);
    expect(wire.calls).toHaveLength(1);
    wire.last.end(UNAVAILABLE, 'late');
    expect([call.code, call.status.details]).toEqual([UNAVAILABLE, 'late']);
  });

  test('a call that is answered in time carries nothing and leaves nothing', () => {
    const { wire, channel, clock } = hedgingFixture();
    const call = new ObservedCall(channel).unary();
    wire.last.pick(pod(1)).headers().message('hi').ok();
    expect(Reflect.ownKeys(call.status)).toEqual(['code', 'details', 'metadata']);
    expect(clock.pendingTimers).toBe(0);
  });
});

describe('failures', () => {
  test('a fatal one ends the call and cancels the others', () => {
    const { wire, channel, clock } = hedgingFixture();
    const call = new ObservedCall(channel).unary();
    clock.advance(100);
    wire.last.pick(pod(2)).end(INTERNAL, 'broken', 'maybe-processed');
    expect([call.code, wire.calls[0]!.cancelled?.code, clock.pendingTimers]).toEqual([INTERNAL, CANCELLED, 0]);
    expect(reasonsOf(call)[1]).toBe('INTERNAL is not in nonFatalStatusCodes');
  });

  test('a non-fatal one sends the next at once, and the one after it hedgingDelay later', () => {
    const { wire, channel, clock } = hedgingFixture();
    new ObservedCall(channel).unary();
    clock.advance(40);
    wire.last.pick(pod(1)).end(UNAVAILABLE, '', 'maybe-processed');
    expect(wire.calls).toHaveLength(2);
    clock.advance(99);
    expect(wire.calls).toHaveLength(2);
    clock.advance(1);
    expect(wire.calls).toHaveLength(3);
  });

  test('a connection that is lost is not fatal, whatever status it gives: the next is sent at once', () => {
    let failures = 0;
    const budget = { ...broke, tryWithdraw: () => true, attemptFailed: () => (failures += 1) };
    const { wire, channel, context } = hedgingFixture({ nonFatalStatusCodes: new Set() }, { budget });
    const details =
      'Received RST_STREAM with code 2 triggered by internal client error: Session closed with error code 2';
    const call = new ObservedCall(channel).unary();
    wire.last.pick(pod(1), true).end(INTERNAL, details, 'maybe-processed');
    expect([call.statuses, wire.calls.length]).toEqual([[], 2]);
    wire.last.pick(pod(2)).message('hi').ok();
    expect([call.code, context.retry.waits.size]).toEqual([OK, 0]);
    expect(reasonsOf(call)[0]).toBe('its connection was lost before an answer');
    const told = new ObservedCall(channel).unary();
    wire.last.pick(pod(1), true).end(INTERNAL, details, 'maybe-processed', metadataOf({ 'x-from': 'server' }));
    // Only the first one counts for a budget that counts failures.
    expect([told.code, failures]).toEqual([INTERNAL, 1]);
  });

  test('while another attempt is under way, a connection that is lost is not the end of the call', () => {
    const { wire, channel, clock } = hedgingFixture({ maxAttempts: 2, nonFatalStatusCodes: new Set() });
    const call = new ObservedCall(channel).unary();
    clock.advance(100);
    wire.last.pick(pod(2), true);
    wire.calls[0]!.pick(pod(1), true).end(UNAVAILABLE, 'Connection dropped', 'maybe-processed');
    expect(call.statuses).toEqual([]);
    wire.last.message('hi').ok();
    expect(call.code).toBe(OK);
  });

  test('when all have failed the last failure is told', () => {
    const { wire, channel } = hedgingFixture();
    const call = new ObservedCall(channel).unary();
    for (const n of [1, 2, 3]) wire.last.pick(pod(n)).end(UNAVAILABLE, `${n}`, 'maybe-processed');
    expect([wire.calls.length, call.code, call.status.details]).toEqual([3, UNAVAILABLE, '3']);
    expect(reasonsOf(call)[2]).toBe('all 3 attempts are used');
  });

  test('while another attempt is under way, a failure that nothing follows is not the end', () => {
    const { wire, channel, clock } = hedgingFixture({ maxAttempts: 2 });
    const call = new ObservedCall(channel).unary();
    clock.advance(100);
    wire.calls[1]!.pick(pod(2)).end(UNAVAILABLE, '', 'maybe-processed');
    expect(call.statuses).toEqual([]);
    wire.calls[0]!.pick(pod(1)).message('hi').ok();
    expect(call.code).toBe(OK);
  });

  test('unsent and refused for the first time: another takes the place at once, uncounted and free', () => {
    const { wire, channel } = hedgingFixture({ maxAttempts: 2 }, { budget: broke });
    const call = new ObservedCall(channel).unary();
    for (const n of [1, 2, 3]) wire.last.pick(pod(n), true).end(UNAVAILABLE, '', 'unsent');
    wire.last.pick(pod(4), true).end(UNAVAILABLE, '', 'refused');
    expect(wire.calls).toHaveLength(5);
    expect(wire.last.metadata.get('grpc-previous-rpc-attempts')).toEqual([]);
    wire.last.pick(pod(5), true).end(UNAVAILABLE, '', 'refused');
    expect([wire.calls.length, call.code]).toEqual([5, UNAVAILABLE]);
  });

  test('refused by one departing pod after the other: another takes the place at once, uncounted and free', () => {
    const { wire, channel } = hedgingFixture({ maxAttempts: 2 }, { budget: broke });
    const call = new ObservedCall(channel).unary();
    for (const n of [1, 2, 3, 4]) wire.last.pick(pod(n), true).sendAway();
    expect(wire.last.metadata.get('grpc-previous-rpc-attempts')).toEqual([]);
    wire.last.pick(pod(5)).message('hi').ok();
    expect([wire.calls.length, call.code]).toEqual([5, OK]);
  });

  test('unsent with every pod tried: by backoff', () => {
    const { wire, channel, clock } = hedgingFixture();
    new ObservedCall(channel).unary();
    wire.last.pick(pod(1), false).end(UNAVAILABLE, '', 'unsent');
    expect(wire.calls).toHaveLength(1);
    clock.advance(60);
    expect(wire.calls).toHaveLength(2);
  });

  test('no pod at all: the call fails', () => {
    const { wire, channel } = hedgingFixture();
    const call = new ObservedCall(channel).unary();
    wire.last.end(UNAVAILABLE, 'no pod can be reached', 'unsent');
    expect([wire.calls.length, call.code, reasonsOf(call)]).toEqual([1, UNAVAILABLE, ['no pod could be picked']]);
  });
});

describe('pushback', () => {
  test('a number of ms is when the next hedge comes; the others follow hedgingDelay apart', () => {
    const { wire, channel, clock } = hedgingFixture();
    new ObservedCall(channel).unary();
    clock.advance(50);
    wire.last.pick(pod(1)).end(UNAVAILABLE, '', 'maybe-processed', pushback('500'));
    clock.advance(499);
    expect(wire.calls).toHaveLength(1);
    clock.advance(1);
    expect(wire.calls).toHaveLength(2);
    clock.advance(99);
    expect(wire.calls).toHaveLength(2);
    clock.advance(1);
    expect(wire.calls).toHaveLength(3);
  });

  test.each(['-1', 'x', '01'])('%j stops hedging; what is under way goes on', (value) => {
    const { wire, channel, clock } = hedgingFixture();
    const call = new ObservedCall(channel).unary();
    clock.advance(100);
    wire.calls[0]!.pick(pod(1)).end(UNAVAILABLE, '', 'maybe-processed', pushback(value));
    clock.advance(10_000);
    expect([wire.calls.length, call.statuses]).toEqual([2, []]);
    wire.calls[1]!.pick(pod(2)).ok();
    expect(call.code).toBe(OK);
  });

  test('that stops ends a call with nothing else under way', () => {
    const { wire, channel } = hedgingFixture();
    const call = new ObservedCall(channel).unary();
    wire.last.pick(pod(1)).end(UNAVAILABLE, 'no', 'maybe-processed', pushback('-1'));
    expect([call.code, call.status.details]).toEqual([UNAVAILABLE, 'no']);
  });

  test('is nothing with a fatal code', () => {
    const { wire, channel } = hedgingFixture();
    const call = new ObservedCall(channel).unary();
    wire.last.pick(pod(1)).end(INTERNAL, '', 'maybe-processed', pushback('0'));
    expect([wire.calls.length, call.code]).toEqual([1, INTERNAL]);
  });
});

describe('throttling', () => {
  test('non-fatal failures and "do not retry" take a token each, successes give', () => {
    const throttle = new TokenThrottle({ maxTokens: 10, tokenRatio: 0.5 });
    const { wire, channel } = hedgingFixture({}, { budget: throttle });
    new ObservedCall(channel).unary();
    wire.last.pick(pod(1)).end(UNAVAILABLE, '', 'maybe-processed');
    wire.last.pick(pod(2)).end(INTERNAL, '', 'maybe-processed');
    expect(throttle.tokens).toBe(9);
    new ObservedCall(channel).unary();
    wire.last.pick(pod(1)).end(INTERNAL, '', 'maybe-processed', pushback('-1'));
    expect(throttle.tokens).toBe(8);
    new ObservedCall(channel).unary();
    wire.last.ok();
    expect(throttle.tokens).toBe(8.5);
  });

  test('a throttled hedge is not sent; with nothing else under way the failure is returned', () => {
    const throttle = new TokenThrottle({ maxTokens: 2, tokenRatio: 1 });
    const { wire, channel, clock } = hedgingFixture({}, { budget: throttle });
    const call = new ObservedCall(channel).unary();
    throttle.attemptFailed();
    clock.advance(10_000);
    expect(wire.calls).toHaveLength(1);
    wire.last.pick(pod(1)).end(UNAVAILABLE, '', 'maybe-processed');
    expect([wire.calls.length, call.code]).toEqual([1, UNAVAILABLE]);
  });
});

describe('streams of the client', () => {
  test('are replayed on every attempt, which all follow what comes later', () => {
    const { wire, channel, clock } = hedgingFixture();
    const call = new ObservedCall(channel).start();
    call.write('1').write('2').call.startRead();
    clock.advance(100);
    call.write('3').call.halfClose();
    expect(wire.calls.map(({ sent, halfClosed, reads }) => [sent, halfClosed, reads])).toEqual(
      new Array(2).fill([['1', '2', '3'], true, 1]),
    );
    expect(call.written).toEqual([0, 1, 2]);
    wire.calls[1]!.pick(pod(2)).message('sum').ok();
    expect([call.code, call.messages]).toEqual([OK, ['sum']]);
  });

  test('once answered, only the one that answered gets more', () => {
    const { wire, channel, clock, context } = hedgingFixture();
    const call = new ObservedCall(channel).start().write('1');
    clock.advance(100);
    wire.calls[1]!.headers();
    call.write('2').call.startRead();
    expect([wire.calls[0]!.sent, wire.calls[1]!.sent, wire.calls[1]!.reads]).toEqual([['1'], ['1', '2'], 1]);
    expect(context.retry.space.used).toBe(0);
  });

  test('more than may be kept: the attempt that has sent the most goes on alone', () => {
    const { wire, channel, clock } = hedgingFixture({}, { perCallBufferBytes: 3, acceptsWrites: false });
    const call = new ObservedCall(channel).start().write('1').write('2');
    clock.advance(100);
    wire.calls[1]!.accept();
    expect(wire.calls.map(({ sent }) => sent.length)).toEqual([1, 2]);
    call.write('333');
    expect([wire.calls[0]!.cancelled?.code, wire.calls[1]!.cancelled]).toEqual([CANCELLED, undefined]);
    wire.calls[1]!.accept();
    wire.calls[1]!.accept();
    clock.advance(10_000);
    expect([wire.calls.length, wire.calls[1]!.sent]).toEqual([2, ['1', '2', '333']]);
  });
});

describe('the end comes exactly once', () => {
  test.each([OK, INTERNAL])(
    'of code %i: a writer that waits goes on, and so does one that comes later',
    async (code) => {
      const { wire, channel } = hedgingFixture({}, { acceptsWrites: false });
      const call = new ObservedCall(channel).start().write('1').write('2');
      wire.last.end(code);
      // The one that was given to the wire is the wire's.
      wire.last.accept();
      call.write('3');
      await settle();
      expect([call.code, call.written.toSorted()]).toEqual([code, [0, 1, 2]]);
    },
  );

  test('a call that is cancelled while a hedge is made: the hedge is not sent', async () => {
    const { wire, channel, clock, context } = hedgingFixture();
    const call = new ObservedCall(channel).unary();
    wire.onCall = () => call.call.cancelWithStatus(CANCELLED, 'enough');
    clock.advance(100);
    await settle();
    expect([call.code, wire.calls.map(({ started, cancelled }) => [started, cancelled !== undefined])]).toEqual([
      CANCELLED,
      [
        [true, true],
        [false, true],
      ],
    ]);
    expect([clock.pendingTimers, context.retry.space.used]).toEqual([0, 0]);
  });

  test('a cancel cancels every attempt', async () => {
    const { wire, channel, clock } = hedgingFixture();
    const call = new ObservedCall(channel).unary();
    clock.advance(100);
    call.call.cancelWithStatus(CANCELLED, 'enough');
    await settle();
    expect([call.code, call.status.details]).toEqual([CANCELLED, 'enough']);
    expect(wire.calls.map(({ cancelled }) => cancelled?.details)).toEqual(['enough', 'enough']);
    expect(clock.pendingTimers).toBe(0);
  });

  test('a cancel before start', async () => {
    const { wire, channel } = hedgingFixture();
    const call = new ObservedCall(channel);
    call.call.cancelWithStatus(CANCELLED, 'enough');
    call.unary();
    await settle();
    expect([wire.calls.length, call.code]).toEqual([0, CANCELLED]);
  });

  test('a cancel and an answer after the end are nothing', async () => {
    const { wire, channel } = hedgingFixture();
    const call = new ObservedCall(channel).unary();
    wire.last.ok();
    call.call.cancelWithStatus(CANCELLED, 'late');
    wire.last.headers().message('late').ok();
    await settle();
    expect([call.code, call.messages, call.headers]).toEqual([OK, [], []]);
  });

  test('a deadline in a wait after a pushback', async () => {
    const { wire, channel, clock } = hedgingFixture();
    const call = new ObservedCall(channel, { deadline: clock.epochNow() + 200 }).unary();
    wire.last.pick(pod(1)).end(UNAVAILABLE, '', 'maybe-processed', pushback('500'));
    clock.advance(200);
    await settle();
    expect([call.code, reasonsOf(call)]).toEqual([DEADLINE_EXCEEDED, ['the deadline has passed']]);
  });

  test('a parent that is cancelled in such a wait', async () => {
    const parent = Object.assign(new EventEmitter(), { cancelled: false, getDeadline: () => Infinity });
    const { wire, channel } = hedgingFixture();
    const call = new ObservedCall(channel, { parent: parent as never }).unary();
    wire.last.pick(pod(1)).end(UNAVAILABLE, '', 'maybe-processed', pushback('500'));
    parent.emit('cancelled', 'cancelled');
    await settle();
    expect([call.code, parent.listenerCount('cancelled')]).toEqual([CANCELLED, 0]);
  });

  test('a channel that is closed: what is under way may finish, nothing follows', async () => {
    const { wire, channel, clock, context } = hedgingFixture();
    const call = new ObservedCall(channel).unary();
    const waiting = new ObservedCall(channel).unary();
    wire.last.pick(pod(1)).end(UNAVAILABLE, 'gone', 'maybe-processed', pushback('500'));
    context.close();
    await settle();
    expect([waiting.code, waiting.status.details]).toEqual([UNAVAILABLE, 'gone']);
    clock.advance(10_000);
    expect(wire.calls).toHaveLength(2);
    wire.calls[0]!.ok();
    expect([call.code, clock.pendingTimers]).toEqual([OK, 0]);
  });

  test('a dropped call has no hedges', () => {
    const { wire, channel } = hedgingFixture();
    const call = new ObservedCall(channel).unary();
    attemptContextOf(wire.last.metadata)?.onFailed('unsent', true);
    wire.last.end(UNAVAILABLE, 'over the limit');
    expect([wire.calls.length, call.code]).toEqual([1, UNAVAILABLE]);
  });
});

test("the caller's metadata is never changed", () => {
  const { channel, clock } = hedgingFixture();
  const metadata = metadataOf({ a: '1' });
  new ObservedCall(channel).unary('hi', metadata);
  clock.advance(1_000);
  expect([metadata.getMap(), metadata.getOptions()]).toEqual([{ a: '1' }, {}]);
});
