import { BREAKER_FAILURES, type CircuitBreakerConfig, type MethodConfig } from '@fairlead/core';
import { VirtualClock } from '@fairlead/testing';
import * as grpc from '@grpc/grpc-js';
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { FakeChannel, metadataOf, pod, type FakeCall } from '../../test/fake-channel.js';
import { ObservedCall, settle } from '../../test/observed-call.js';
import { POLICY } from '../../test/retry-fixture.js';
import { attemptsOf } from '../attempts/attempts-of.js';
import { interceptorsFor, type PolicyContext } from '../chain.js';
import { interceptChannel, type InterceptedChannel } from '../channel/intercept-channel.js';
import { createPolicyContext } from '../policy-context.js';
import type { BreakerChange } from './breaker-change.js';
import type { MethodBreaker } from './method-breaker.js';

const { CANCELLED, INTERNAL, NOT_FOUND, OK, UNAVAILABLE } = grpc.status;
const PATH = '/test.Echo/Unary';

/** One failure opens it. */
const CONFIG: CircuitBreakerConfig = {
  failureRatio: 0,
  requestVolume: 1,
  windowMs: 10_000,
  openMs: 5_000,
  probeTimeoutMs: 5_000,
  failureStatusCodes: BREAKER_FAILURES,
};

let clock: VirtualClock;
let wire: FakeChannel;
let context: PolicyContext;
let channel: InterceptedChannel;
let breaker: MethodBreaker;

function use(method: MethodConfig): void {
  channel = interceptChannel(wire, (path) => interceptorsFor(method, context, path));
}

beforeEach(() => {
  // opossum's own timer, from open to half-open; the rest is virtual.
  jest.useFakeTimers({ doNotFake: ['nextTick', 'setImmediate', 'queueMicrotask'] });
  clock = new VirtualClock();
  wire = new FakeChannel();
  context = createPolicyContext({ clock });
  use({ circuitBreaker: CONFIG });
  breaker = context.breakers.of(PATH, CONFIG);
});

afterEach(() => {
  context.close();
  expect(jest.getTimerCount()).toBe(0);
  expect(clock.pendingTimers).toBe(0);
  jest.useRealTimers();
});

const pass = (ms: number): void => {
  clock.advance(ms);
  jest.advanceTimersByTime(ms);
};
const begin = (): ObservedCall => new ObservedCall(channel).unary();
const openIt = (): void => {
  begin();
  wire.last.pick(pod(1)).end(UNAVAILABLE, 'down', 'maybe-processed');
  expect(breaker.state).toBe('open');
};

describe('while it is open', () => {
  test('a call fails at once with UNAVAILABLE, and says which breaker and when it tries again', async () => {
    openIt();
    pass(2_000);
    const call = begin();
    expect(call.statuses).toEqual([]);
    await settle();
    expect([wire.calls.length, call.code]).toEqual([1, UNAVAILABLE]);
    expect(call.status.details).toBe(
      'The circuit breaker of /test.Echo/Unary is open (more than 0 % of at least 1 calls failed within 10000 ms); ' +
        'it tries again in 3000 ms',
    );
  });

  test('its trail has one record, which was unsent', async () => {
    openIt();
    const call = begin();
    await settle();
    expect(attemptsOf(call.status)).toEqual([
      expect.objectContaining({
        endpoint: undefined,
        code: UNAVAILABLE,
        failure: 'unsent',
        next: { retried: false, reason: 'the circuit breaker let nothing through' },
      }),
    ]);
  });

  test('other methods are not concerned', () => {
    openIt();
    const other = new ObservedCall(channel, { path: '/test.Echo/Other' }).unary();
    wire.last.ok();
    expect(other.code).toBe(OK);
  });

  test('its state is kept when the chains are made anew', () => {
    openIt();
    channel.resetChains();
    expect(context.breakers.of(PATH, { ...CONFIG, failureStatusCodes: new Set(BREAKER_FAILURES) })).toBe(breaker);
    begin();
    expect(wire.calls).toHaveLength(1);
  });
});

describe('what counts as a failure', () => {
  const counted = new Set<grpc.status>(BREAKER_FAILURES);
  const codes = Object.values(grpc.status).filter((code): code is grpc.status => typeof code === 'number');

  test.each(codes)('status %i', (code) => {
    const call = begin();
    wire.last.pick(pod(1)).end(code, '', 'maybe-processed');
    expect(call.code).toBe(code);
    expect(breaker.state).toBe(counted.has(code) ? 'open' : 'closed');
  });

  test('not a call that found no pod: nothing of it left the process', () => {
    begin();
    wire.last.end(UNAVAILABLE, 'no pod', 'unsent');
    expect(breaker.state).toBe('closed');
  });

  test('but one whose first attempt may have been processed', () => {
    const retryPolicy = {
      maxAttempts: 2,
      initialBackoffMs: 1,
      maxBackoffMs: 1,
      backoffMultiplier: 1,
      retryableStatusCodes: new Set([UNAVAILABLE]),
    };
    const retrying = interceptChannel(wire, (path) =>
      interceptorsFor({ circuitBreaker: CONFIG, retryPolicy }, context, path),
    );
    new ObservedCall(retrying).unary();
    wire.last.pick(pod(1)).end(UNAVAILABLE, '', 'maybe-processed');
    expect(breaker.state).toBe('closed');
    clock.advance(2);
    wire.last.end(UNAVAILABLE, 'no pod', 'unsent');
    expect(breaker.state).toBe('open');
  });

  test('not a call that the client gave up, whatever status that gives', () => {
    for (const code of [CANCELLED, INTERNAL]) begin().call.cancelWithStatus(code, 'never mind');
    expect(breaker.state).toBe('closed');
  });
});

describe('streams', () => {
  test('the first message settles: a long stream proves that the callee is well, and its end is nothing any more', () => {
    openIt();
    pass(5_000);
    const call = new ObservedCall(channel).start();
    wire.last.headers();
    expect(breaker.state).toBe('half-open');
    wire.last.message('first');
    expect(breaker.state).toBe('closed');
    wire.last.message('second').end(UNAVAILABLE, 'the pod went away', 'maybe-processed');
    expect([breaker.state, call.messages, call.code]).toEqual(['closed', ['first', 'second'], UNAVAILABLE]);
  });

  test('a stream without a message settles at its status', () => {
    new ObservedCall(channel).start();
    wire.last.headers().end(INTERNAL, '', 'maybe-processed');
    expect(breaker.state).toBe('open');
  });

  test('"no message" before a failing status is no message', () => {
    begin();
    const { last } = wire;
    last.message(null).end(UNAVAILABLE, '', 'maybe-processed');
    expect(breaker.state).toBe('open');
  });
});

describe('the probe', () => {
  const probe = (): FakeCall => {
    openIt();
    pass(5_000);
    begin();
    expect(wire.calls).toHaveLength(2);
    return wire.last;
  };

  test('one call goes out, the others are told so', async () => {
    probe();
    const other = begin();
    await settle();
    expect([wire.calls.length, other.code]).toEqual([2, UNAVAILABLE]);
    expect(other.status.details).toBe('The circuit breaker of /test.Echo/Unary is half-open: another call probes');
  });

  test('an answer closes it, also one that is an error of the request', () => {
    probe().end(NOT_FOUND, '', 'maybe-processed');
    expect(breaker.state).toBe('closed');
  });

  test('cancelled, it leaves the breaker open until the next one', () => {
    openIt();
    pass(5_000);
    begin().call.cancelWithStatus(CANCELLED, '');
    expect(breaker.state).toBe('open');
    pass(5_000);
    begin();
    wire.last.ok();
    expect(breaker.state).toBe('closed');
  });

  test('cancelled after its end, as NestJS does with every call: nothing', () => {
    openIt();
    pass(5_000);
    const call = begin();
    wire.last.message('hi').ok();
    call.call.cancelWithStatus(CANCELLED, 'teardown');
    expect([breaker.state, call.code]).toEqual(['closed', OK]);
  });

  test('is not a call that is made and not started, as behind an interceptor that answers by itself', () => {
    const cache: grpc.Interceptor = (options, nextCall) =>
      new grpc.InterceptingCall(nextCall(options), {
        start(metadata, listener, next) {
          if (metadata.get('hit').length === 0) return next(metadata, listener);
          listener.onReceiveStatus({ code: OK, details: '', metadata: new grpc.Metadata() });
        },
      });
    const cached = interceptChannel(wire, (path) => [
      cache,
      ...interceptorsFor({ circuitBreaker: CONFIG }, context, path),
    ]);
    openIt();
    pass(5_000);
    const hit = new ObservedCall(cached).start(metadataOf({ hit: '1' }));
    expect([hit.code, wire.calls.length, breaker.retryInMs]).toEqual([OK, 1, 0]);
    begin();
    wire.last.ok();
    expect([wire.calls.length, breaker.state]).toEqual([2, 'closed']);
  });

  test('is given back when something throws at its start', () => {
    openIt();
    pass(5_000);
    wire.onCall = (call) => {
      call.start = () => {
        throw new Error('boom');
      };
    };
    expect(() => begin()).toThrow('boom');
    expect([breaker.state, clock.pendingTimers]).toEqual(['open', 0]);
  });

  test('on a channel that throws, it is given back', () => {
    openIt();
    pass(5_000);
    wire.closed = true;
    expect(() => begin()).toThrow('shut down');
    expect(breaker.state).toBe('open');
  });
});

describe('a call that the pool cut, because its connection was given up', () => {
  test.each([['before'], ['after']])('is no failure of the callee, %s its headers', (when) => {
    begin();
    wire.last.pick(pod(1));
    if (when === 'after') wire.last.headers();
    wire.last.cut();
    expect(breaker.state).toBe('closed');
  });

  test('is none either when another attempt followed, and the trail tells which one it was', () => {
    use({ circuitBreaker: CONFIG, retryPolicy: { ...POLICY, maxAttempts: 2 } });
    const call = begin();
    wire.last.pick(pod(1)).cut();
    pass(120);
    expect(wire.calls).toHaveLength(2);
    wire.last.end(UNAVAILABLE, 'No connection established');
    expect(attemptsOf(call.status).map(({ failure, endedHere }) => [failure, endedHere])).toEqual([
      ['maybe-processed', true],
      ['unsent', undefined],
    ]);
    expect(breaker.state).toBe('closed');
  });
});

describe('configured anew while it is not closed', () => {
  test('it stays open since when it was, by its new time', () => {
    openIt();
    const changes: BreakerChange[] = [];
    breaker.onChange((change) => changes.push(change));
    pass(2_000);
    breaker.reconfigure({ ...CONFIG, openMs: 3_000 });
    expect([breaker.state, breaker.retryInMs, changes]).toEqual(['open', 1_000, []]);
    pass(999);
    expect(breaker.state).toBe('open');
    pass(1);
    expect(breaker.state).toBe('half-open');
    begin();
    wire.last.pick(pod(1)).end(UNAVAILABLE, 'down', 'maybe-processed');
    expect([breaker.state, breaker.retryInMs]).toEqual(['open', 3_000]);
  });

  test('a call may probe at once when its new time is over, and a probe under way says nothing any more', () => {
    openIt();
    pass(CONFIG.openMs);
    begin();
    const probe = wire.last;
    breaker.reconfigure({ ...CONFIG, requestVolume: 2 });
    pass(1);
    probe.pick(pod(1)).ok();
    expect(breaker.state).toBe('half-open');
    begin();
    wire.last.pick(pod(1)).ok();
    expect([wire.calls.length, breaker.state]).toEqual([3, 'closed']);
  });
});

describe('by hand', () => {
  test('open holds until close, and listeners are told of both', async () => {
    const changes: BreakerChange[] = [];
    const stop = breaker.onChange((change) => changes.push(change));
    breaker.open();
    pass(60_000);
    const call = begin();
    await settle();
    expect([wire.calls.length, breaker.state, breaker.retryInMs]).toEqual([0, 'open', undefined]);
    expect(call.status.details).toBe('The circuit breaker of /test.Echo/Unary is held open until it is closed by hand');
    breaker.close();
    begin();
    expect(wire.calls).toHaveLength(1);
    stop();
    breaker.open();
    breaker.close();
    expect(changes).toEqual([
      { path: PATH, from: 'closed', to: 'open', manual: true },
      { path: PATH, from: 'open', to: 'closed', manual: true },
    ]);
  });

  test('changes that come by themselves are told as such', () => {
    const changes: BreakerChange[] = [];
    breaker.onChange((change) => changes.push(change));
    openIt();
    pass(5_000);
    begin();
    wire.last.ok();
    expect(changes.map(({ from, to, manual }) => [from, to, manual])).toEqual([
      ['closed', 'open', false],
      ['open', 'half-open', false],
      ['half-open', 'closed', false],
    ]);
  });
});

describe('a stall of our own event loop', () => {
  const timeOut = (code: grpc.status): void => wire.last.pick(pod(1)).end(code, 'Deadline exceeded', 'maybe-processed');

  test.each([[grpc.status.DEADLINE_EXCEEDED], [UNAVAILABLE]])('is no failure of the callee (status %i)', (code) => {
    begin();
    pass(100);
    clock.block(300);
    timeOut(code);
    expect(breaker.state).toBe('closed');
    pass(1);
    begin();
    pass(100);
    timeOut(code);
    expect(breaker.state).toBe('open');
  });

  test('does not excuse what a server says, nor another status', () => {
    begin();
    clock.block(300);
    wire.last.pick(pod(1)).end(INTERNAL, '', 'maybe-processed');
    expect(breaker.state).toBe('open');
    breaker.close();
    begin();
    clock.block(300);
    wire.last.pick(pod(1)).headers().end(UNAVAILABLE, '', 'maybe-processed');
    expect(breaker.state).toBe('open');
  });

  test('does not end a probe whose answer waits in the socket', () => {
    openIt();
    pass(CONFIG.openMs);
    begin();
    pass(4_900);
    clock.block(300);
    clock.advance(0);
    expect(breaker.state).toBe('half-open');
    wire.last.pick(pod(1)).ok();
    expect(breaker.state).toBe('closed');
  });

  test('is watched while a call is in flight that has not been answered, and no longer', () => {
    begin();
    expect(clock.pendingTimers).toBe(1);
    wire.last.pick(pod(1)).headers().message('first of many');
    expect(clock.pendingTimers).toBe(0);
  });
});
