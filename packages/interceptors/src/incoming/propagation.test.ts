import { EventEmitter } from 'node:events';
import { ClientThrottle, type MethodConfig, type RetryBudget } from '@fairlead/core';
import { SeededRandom, VirtualClock } from '@fairlead/testing';
import * as grpc from '@grpc/grpc-js';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { FakeChannel, metadataOf, pod } from '../../test/fake-channel.js';
import { HEDGING } from '../../test/hedging-fixture.js';
import { ObservedCall, settle, type CallSetup } from '../../test/observed-call.js';
import { POLICY } from '../../test/retry-fixture.js';
import { attemptsOf } from '../attempts/attempts-of.js';
import { interceptorsFor, type PolicyContext } from '../chain.js';
import { interceptChannel, type InterceptedChannel } from '../channel/intercept-channel.js';
import { createPolicyContext, type PolicyContextOptions } from '../policy-context.js';
import { currentIncomingCall, leaveCall, serveCall, type IncomingCall } from './incoming-call.js';

const { CANCELLED, DEADLINE_EXCEEDED, OK, UNAVAILABLE } = grpc.status;
const { DEADLINE, CANCELLATION } = grpc.propagate;

let clock: VirtualClock;
let wire: FakeChannel;
let context: PolicyContext;
let channel: InterceptedChannel;
let deposits: number;

/** A budget that pays for everything. */
const budget: RetryBudget = {
  deposit: () => (deposits += 1),
  tryWithdraw: () => true,
  balance: () => 1,
};

function use(method: MethodConfig = {}, options: PolicyContextOptions = {}): void {
  context = createPolicyContext({ clock, eventLoopStallMs: Infinity, random: new SeededRandom(1), budget, ...options });
  channel = interceptChannel(wire, (path) => interceptorsFor(method, context, path));
}

beforeEach(() => {
  clock = new VirtualClock();
  wire = new FakeChannel();
  deposits = 0;
  use();
});

afterEach(() => {
  context.close();
  expect(clock.pendingTimers).toBe(0);
});

class Incoming extends EventEmitter implements IncomingCall {
  readonly metadata: grpc.Metadata;
  readonly deadline: grpc.Deadline;
  cancelled = false;

  constructor(leftMs = Infinity, metadata: Readonly<Record<string, string>> = {}) {
    super();
    this.metadata = metadataOf(metadata);
    this.deadline = clock.epochNow() + leftMs;
  }

  getDeadline(): grpc.Deadline {
    return this.deadline;
  }

  cancel(): void {
    this.cancelled = true;
    this.emit('cancelled');
  }
}

const begin = (setup: CallSetup = {}, metadata?: grpc.Metadata): ObservedCall =>
  new ObservedCall(channel, setup).unary('hello', metadata);
const leftOnTheWire = (): number => Number(wire.last.args[1]) - clock.epochNow();

/** The two ways to be under a call. */
const ways: [string, (incoming: Incoming, setup?: CallSetup, metadata?: grpc.Metadata) => ObservedCall][] = [
  ['given as parent', (incoming, setup, metadata) => begin({ ...setup, parent: incoming as never }, metadata)],
  ['being served', (incoming, setup, metadata) => serveCall(incoming, () => begin(setup, metadata))],
];

describe.each(ways)('a call made under another one, which is %s', (_way, beginUnder) => {
  test('ends with it at the latest, less the margin', () => {
    beginUnder(new Incoming(500));
    expect(leftOnTheWire()).toBe(500);
    use({}, { deadlineMarginMs: 50 });
    beginUnder(new Incoming(500));
    expect(leftOnTheWire()).toBe(450);
  });

  test('less the margin of its method, where that has one', () => {
    use({ deadlineMarginMs: 20 }, { deadlineMarginMs: 50 });
    beginUnder(new Incoming(500));
    expect(leftOnTheWire()).toBe(480);
    use({ deadlineMarginMs: 0 }, { deadlineMarginMs: 50 });
    beginUnder(new Incoming(500));
    expect(leftOnTheWire()).toBe(500);
  });

  test('or sooner, as its own deadline or its method says', () => {
    use({ timeoutMs: 300 }, { deadlineMarginMs: 50 });
    beginUnder(new Incoming(500));
    expect(leftOnTheWire()).toBe(300);
    beginUnder(new Incoming(500), { deadline: new Date(clock.epochNow() + 200) });
    expect(leftOnTheWire()).toBe(200);
    beginUnder(new Incoming(300), { deadline: clock.epochNow() + 400 });
    expect(leftOnTheWire()).toBe(250);
  });

  test('has no deadline where none has one', () => {
    use({}, { deadlineMarginMs: 50 });
    beginUnder(new Incoming());
    expect(wire.last.args[1]).toBe(Infinity);
  });

  test('does not take over what the flags do not hand on', () => {
    beginUnder(new Incoming(500), { propagateFlags: CANCELLATION });
    expect(wire.last.args[1]).toBe(Infinity);
  });

  test.each([
    [50, 0],
    [30, 20],
  ])(
    'is not made when %i ms are left with a margin of 50: nothing is sent, and it counts nowhere',
    async (leftMs, agoMs) => {
      const throttle = new ClientThrottle();
      const circuitBreaker = {
        failureRatio: 0,
        requestVolume: 1,
        windowMs: 10_000,
        openMs: 10_000,
        probeTimeoutMs: 10_000,
        failureStatusCodes: new Set([DEADLINE_EXCEEDED]),
      };
      use({ circuitBreaker, retryPolicy: POLICY }, { deadlineMarginMs: 50, throttle });
      const call = beginUnder(new Incoming(leftMs));
      await settle();
      expect([call.code, wire.calls.length, deposits]).toEqual([DEADLINE_EXCEEDED, 0, 0]);
      expect(call.status.details).toBe(`Deadline exceeded ${agoMs} ms before the call was made: nothing was sent`);
      expect(attemptsOf(call.status)).toEqual([
        expect.objectContaining({ failure: 'unsent', next: { retried: false, reason: 'the deadline had passed' } }),
      ]);
      expect(context.breakers.of('/test.Echo/Unary', circuitBreaker).state).toBe('closed');
      expect(throttle.rejectionRatio(clock.now())).toBe(0);
    },
  );

  test.each([
    [{ 'grpc-previous-rpc-attempts': '1' }, 'the incoming call is attempt 2 itself'],
    [{ 'fairlead-no-retry': '1' }, 'the incoming call forbids it (fairlead-no-retry)'],
  ])('is not repeated when that has %j, and says so to the next hop', (metadata, reason) => {
    use({ retryPolicy: POLICY });
    const call = beginUnder(new Incoming(Infinity, metadata));
    expect(wire.last.metadata.get('fairlead-no-retry')).toEqual(['1']);
    wire.last.pick(pod(1), true).end(UNAVAILABLE, '', 'maybe-processed');
    expect([call.code, attemptsOf(call.status)[0]?.next]).toEqual([UNAVAILABLE, { retried: false, reason }]);
  });

  test('is repeated as ever when that is a first attempt, and says nothing', () => {
    use({ retryPolicy: POLICY });
    beginUnder(new Incoming(Infinity, { 'grpc-previous-rpc-attempts': '0' }));
    wire.last.pick(pod(1), true).end(UNAVAILABLE, '', 'maybe-processed');
    clock.advance(120);
    expect([wire.calls.length, wire.last.metadata.get('fairlead-no-retry')]).toEqual([2, []]);
    wire.last.ok();
  });

  test('goes on to another pod where nothing reached a server, repeated or not', () => {
    use({ retryPolicy: POLICY });
    const call = beginUnder(new Incoming(Infinity, { 'fairlead-no-retry': '1' }));
    wire.last.pick(pod(1), true).end(UNAVAILABLE, '', 'unsent');
    wire.last.pick(pod(2), true).end(UNAVAILABLE, '', 'refused');
    wire.last.pick(pod(3), true).end(UNAVAILABLE, '', 'refused');
    expect([call.code, wire.calls.length]).toEqual([UNAVAILABLE, 3]);
    expect(wire.last.metadata.get('fairlead-no-retry')).toEqual(['1']);
  });

  test('is not hedged when that must not be repeated; unsent attempts are replaced', () => {
    use({ hedgingPolicy: HEDGING });
    const call = beginUnder(new Incoming(Infinity, { 'grpc-previous-rpc-attempts': '2' }));
    expect(clock.pendingTimers).toBe(0);
    wire.last.pick(pod(1), true).end(UNAVAILABLE, '', 'unsent');
    expect([wire.calls.length, wire.last.metadata.get('fairlead-no-retry')]).toEqual([2, ['1']]);
    wire.last.pick(pod(2), true).end(UNAVAILABLE, '', 'maybe-processed');
    expect([call.code, wire.calls.length]).toEqual([UNAVAILABLE, 2]);
  });
});

describe('a call made while another one is being served', () => {
  test('is cancelled with it, and listens no longer than it lasts', () => {
    const incoming = new Incoming();
    const call = serveCall(incoming, begin);
    serveCall(incoming, begin);
    wire.last.ok();
    expect(incoming.listenerCount('cancelled')).toBe(1);
    incoming.cancel();
    expect([call.code, call.status.details]).toEqual([CANCELLED, 'Cancelled by the incoming call']);
    expect(incoming.listenerCount('cancelled')).toBe(0);
  });

  test('is one of many: all are cancelled, and there is one listener for them', () => {
    const incoming = new Incoming();
    const calls = serveCall(incoming, () => Array.from({ length: 30 }, () => new ObservedCall(channel).unary()));
    expect(incoming.listenerCount('cancelled')).toBe(1);
    wire.calls[0]?.ok();
    expect(incoming.listenerCount('cancelled')).toBe(1);
    incoming.emit('cancelled', 'cancelled');
    expect(wire.calls.map(({ cancelled }) => cancelled?.code)).toEqual([
      undefined,
      ...Array<number>(29).fill(CANCELLED),
    ]);
    expect([calls.length, incoming.listenerCount('cancelled')]).toEqual([30, 0]);
  });

  test('is cancelled between two attempts, too', async () => {
    use({ retryPolicy: POLICY });
    const incoming = new Incoming();
    const call = serveCall(incoming, begin);
    wire.last.pick(pod(1), true).end(UNAVAILABLE, '', 'maybe-processed');
    incoming.cancel();
    await settle();
    expect([call.code, wire.calls.length, clock.pendingTimers]).toEqual([CANCELLED, 1, 0]);
  });

  test('is not made when that was cancelled before', async () => {
    const incoming = new Incoming();
    incoming.cancel();
    const call = serveCall(incoming, begin);
    await settle();
    expect([call.code, wire.calls.length]).toEqual([CANCELLED, 0]);
    serveCall(incoming, () => begin({ propagateFlags: DEADLINE }));
    expect(wire.calls).toHaveLength(1);
  });

  test('is under it asynchronously as well, unless that is left', async () => {
    const incoming = new Incoming(500);
    await serveCall(incoming, async () => {
      await settle();
      expect(currentIncomingCall()).toBe(incoming);
      begin();
      expect(leftOnTheWire()).toBe(500);
      leaveCall(() => begin());
      expect(wire.last.args[1]).toBe(Infinity);
    });
    expect(currentIncomingCall()).toBeUndefined();
  });

  test('but a parent that is given goes before it', () => {
    serveCall(new Incoming(100), () => begin({ parent: new Incoming(500) as never }));
    expect(leftOnTheWire()).toBe(500);
  });
});

describe('a call under no other one', () => {
  test('whose own deadline has passed is not made', async () => {
    const call = begin({ deadline: clock.epochNow() - 5 });
    await settle();
    expect([call.code, wire.calls.length, deposits]).toEqual([DEADLINE_EXCEEDED, 0, 0]);
  });

  test('goes through as it is, and its metadata stays as it is', () => {
    begin({ deadline: clock.epochNow() + 5 });
    expect([leftOnTheWire(), Object.keys(wire.last.metadata.getMap())]).toEqual([5, []]);
  });

  test('can itself say that it must not be repeated', () => {
    use({ retryPolicy: POLICY });
    const call = begin({}, metadataOf({ 'fairlead-no-retry': 'x' }));
    expect(wire.last.metadata.get('fairlead-no-retry')).toEqual(['x']);
    wire.last.pick(pod(1), true).end(UNAVAILABLE, '', 'maybe-processed');
    expect(attemptsOf(call.status)[0]?.next.reason).toBe('the call forbids it (fairlead-no-retry)');
  });
});

test.each([-1, NaN, Infinity, '5'])('a margin of %p is refused', (deadlineMarginMs) => {
  expect(() => createPolicyContext({ deadlineMarginMs: deadlineMarginMs as number })).toThrow(/^deadlineMarginMs: /);
});

test('the status of a call that succeeds is untouched', () => {
  const call = serveCall(new Incoming(), begin);
  wire.last.headers().message('hi').ok();
  expect([call.code, call.messages, call.headers.length]).toEqual([OK, ['hi'], 1]);
});
