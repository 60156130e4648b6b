import type { ConcurrencyLimitSettings, MethodConfig } from '@fairlead/core';
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
import type { AdaptiveBulkhead } from './adaptive-bulkhead.js';

const { CANCELLED, DEADLINE_EXCEEDED, INTERNAL, OK, RESOURCE_EXHAUSTED, UNAVAILABLE } = grpc.status;
const PATH = '/test.Echo/Unary';
const AIMD: ConcurrencyLimitSettings = {
  algorithm: 'aimd',
  initialLimit: 2,
  minLimit: 1,
  maxLimit: 3,
  maxQueue: 0,
  backoffRatio: 0.5,
  latencyThresholdMs: 1_000,
};

let clock: VirtualClock;
let wire: FakeChannel;
let context: PolicyContext;
let channel: InterceptedChannel;
let limit: AdaptiveBulkhead;

function use(change: Partial<ConcurrencyLimitSettings> = {}, more: MethodConfig = {}): void {
  const concurrencyLimit = { ...AIMD, ...change } as ConcurrencyLimitSettings;
  channel = interceptChannel(wire, (path) => interceptorsFor({ concurrencyLimit, ...more }, context, path));
  limit = context.concurrencyLimits.of(PATH, concurrencyLimit);
}

function begin(setup: CallSetup = {}): ObservedCall {
  return new ObservedCall(channel, setup).unary();
}

function anew(options: PolicyContextOptions = {}): void {
  clock = new VirtualClock();
  wire = new FakeChannel();
  context = createPolicyContext({ clock, random: new SeededRandom(1), ...options });
}

beforeEach(() => {
  anew();
  use();
});

afterEach(() => {
  context.close();
  expect(clock.pendingTimers).toBe(0);
});

const fromServer = metadataOf({ 'x-from': 'server' });
const size = (): number => limit.limits.maxConcurrent;

describe('a call too many', () => {
  test('ends with RESOURCE_EXHAUSTED, the figures and a trail', async () => {
    begin();
    begin();
    const call = begin();
    await settle();
    expect([call.code, wire.calls.length]).toEqual([RESOURCE_EXHAUSTED, 2]);
    expect(call.status.details).toBe(
      `The concurrency limit is reached: ${PATH} (2 of 2 calls under way, 0 of 0 waiting); limit by aimd`,
    );
    expect(attemptsOf(call.status)).toEqual([
      expect.objectContaining({
        failure: 'unsent',
        next: { retried: false, reason: 'the concurrency limit was reached' },
      }),
    ]);
  });

  test('waits where there is a queue, and goes out as soon as the limit has grown', () => {
    use({ maxQueue: 5 });
    for (let n = 0; n < 5; n++) begin();
    expect([limit.running, limit.waiting]).toEqual([2, 3]);
    for (let n = 0; n < 2; n++) wire.calls[n]?.message('hi').ok();
    // One round of calls went well, so one more has room; each that ended gave its place away as well.
    begin();
    wire.calls[2]?.message('hi').ok();
    expect([size(), limit.running]).toEqual([3, 3]);
  });

  test('of a wait that ends, the status says for what it waited', async () => {
    use({ maxQueue: 1 });
    begin();
    begin();
    const call = begin({ deadline: clock.epochNow() + 100 });
    clock.advance(100);
    await settle();
    expect([call.code, call.status.details]).toEqual([
      DEADLINE_EXCEEDED,
      expect.stringContaining('Deadline exceeded while waiting for a place within the concurrency limit: /test.Echo'),
    ]);
  });
});

test('a place is taken by a call that is started, and given back by one whose start throws', () => {
  const idle: grpc.Interceptor = (options, nextCall) =>
    new grpc.InterceptingCall(nextCall(options), { start: () => undefined });
  const unstarted = interceptChannel(wire, (path) => [
    idle,
    ...interceptorsFor({ concurrencyLimit: AIMD }, context, path),
  ]);
  new ObservedCall(unstarted).start();
  expect([wire.calls.length, limit.running]).toEqual([0, 0]);
  wire.onCall = (call) => {
    call.start = () => {
      throw new Error('boom');
    };
  };
  expect(() => begin()).toThrow('boom');
  expect(limit.running).toBe(0);
});

describe('the limit learns', () => {
  test.each([RESOURCE_EXHAUSTED, UNAVAILABLE, DEADLINE_EXCEEDED])(
    'from a refusal (%i) that came from the server',
    (code) => {
      begin();
      wire.last.end(code, '', undefined, fromServer);
      expect(size()).toBe(1);
    },
  );

  test('from a stream at its first message, once; the stream keeps its place until its end', () => {
    use({ initialLimit: 3 });
    const stream = new ObservedCall(channel).start();
    clock.advance(2_000);
    wire.last.headers();
    expect(size()).toBe(3);
    wire.last.message('one');
    expect([size(), limit.running, stream.messages]).toEqual([1, 1, ['one']]);
    wire.last.message('two');
    clock.advance(60_000);
    wire.last.end(RESOURCE_EXHAUSTED, '', undefined, fromServer);
    expect([size(), limit.running]).toEqual([1, 0]);
    begin();
    wire.last.message('hi').ok();
    expect(size()).toBe(2);
  });

  test('from each attempt by itself', () => {
    use({}, { retryPolicy: POLICY });
    const call = begin();
    wire.last.pick(pod(1), true).end(UNAVAILABLE, '', 'maybe-processed');
    expect(size()).toBe(1);
    clock.advance(120);
    wire.last.pick(pod(2), true).message('hi').ok();
    // 120 ms between the two are no latency: it was answered at once, and half a place is won back.
    expect([call.code, size()]).toEqual([OK, 2]);
  });

  test('nothing from the time in which a call waits for a pod', () => {
    use({}, { retryPolicy: POLICY });
    begin();
    clock.advance(5_000);
    wire.last.pick(pod(1)).message('hi').ok();
    expect(size()).toBe(2);
  });

  test('nothing from a call that was cancelled or cut here, had no token, was never sent, was refused by the transport, or failed otherwise', () => {
    const ends = [
      () => wire.last.end(INTERNAL, '', 'maybe-processed', fromServer),
      () => wire.last.end(UNAVAILABLE, 'No connection established'),
      () => wire.last.end(DEADLINE_EXCEEDED, 'no pod in time', 'unsent'),
      () => wire.last.cancelWithStatus(CANCELLED, ''),
      () => wire.last.cut(),
      () => wire.last.end(UNAVAILABLE, 'Getting metadata from plugin failed with error: no token'),
      () => wire.last.headers().cut(),
    ];
    for (const end of ends) {
      begin();
      end();
      expect([limit.running, size()]).toEqual([0, 2]);
    }
    begin();
    wire.last.end(UNAVAILABLE, 'Stream refused by server');
    wire.last.end(UNAVAILABLE, 'Stream refused by server');
    expect(size()).toBe(2);
  });

  test('nothing from a cancelled call, whatever its status is', () => {
    const call = begin();
    wire.last.cancelWithStatus = () => undefined;
    call.call.cancelWithStatus(CANCELLED, '');
    wire.last.end(RESOURCE_EXHAUSTED, '', undefined, fromServer);
    expect([limit.running, size()]).toEqual([0, 2]);
  });

  test('nothing from a hedge that lost', () => {
    use({}, { hedgingPolicy: { ...HEDGING, hedgingDelayMs: 2_000 } });
    begin();
    wire.last.pick(pod(1), true);
    clock.advance(2_000);
    wire.last.pick(pod(2), true).message('hi').ok();
    expect([wire.calls.length, size()]).toEqual([2, 2]);
  });

  test('and keeps it while chains are made anew, unless it is configured anew', () => {
    begin();
    wire.last.end(RESOURCE_EXHAUSTED, '', undefined, fromServer);
    const known = limit;
    use();
    expect([limit === known, size()]).toEqual([true, 1]);
    use({ initialLimit: 3 });
    expect([limit === known, size()]).toEqual([true, 3]);
  });
});

describe('a stall of our own event loop', () => {
  const timeOut = (code: grpc.status): void => wire.last.pick(pod(1)).end(code, '', 'maybe-processed');

  test.each([DEADLINE_EXCEEDED, UNAVAILABLE])('is no drop (status %i)', (code) => {
    begin();
    clock.advance(100);
    clock.block(300);
    timeOut(code);
    expect(size()).toBe(2);
    clock.advance(1);
    begin();
    clock.advance(100);
    timeOut(code);
    expect(size()).toBe(1);
  });

  test('does not excuse what a server says', () => {
    begin();
    clock.block(300);
    wire.last.end(UNAVAILABLE, '', 'maybe-processed', fromServer);
    expect(size()).toBe(1);
  });

  test('is no latency', () => {
    begin();
    clock.block(1_100);
    wire.last.message('hi').ok();
    expect(size()).toBe(2);
    clock.advance(1);
    begin();
    clock.advance(1_100);
    wire.last.message('hi').ok();
    expect(size()).toBe(1);
  });

  test('is watched while an attempt has not been answered, and no longer', () => {
    const streams = [new ObservedCall(channel).start(), new ObservedCall(channel).start()];
    expect(clock.pendingTimers).toBe(1);
    wire.calls[0]?.message('first of many');
    expect(clock.pendingTimers).toBe(1);
    streams[1]?.call.cancelWithStatus(CANCELLED, '');
    expect(clock.pendingTimers).toBe(0);
  });
});

test('what the pool and the policy above tell each other passes through', () => {
  use({}, { retryPolicy: POLICY });
  const call = begin();
  wire.last.pick(pod(1), true).end(UNAVAILABLE, '', 'unsent');
  wire.last.pick(pod(2)).ok();
  expect([call.code, attemptsOf(call.status).map(({ endpoint }) => endpoint?.id)]).toEqual([
    OK,
    ['10.0.0.1:1', '10.0.0.2:1'],
  ]);
});

test('beyond a thousand methods, all others share one limit', () => {
  for (let n = 0; n < 1_100; n++) context.concurrencyLimits.of(`/a/${n}`, AIMD);
  expect(context.concurrencyLimits.of('/a/2000', AIMD)).toBe(context.concurrencyLimits.of('/a/3000', AIMD));
  expect(context.concurrencyLimits.of('/a/1', AIMD).describe()).toContain('/a/1 ');
});

describe('the limit of the target', () => {
  beforeEach(() => {
    anew({ concurrencyLimit: { algorithm: 'aimd', initialLimit: 2, minLimit: 1, backoffRatio: 0.5 } });
    channel = interceptChannel(wire, (path) => interceptorsFor({}, context, path));
  });

  test('is one for all methods, and learns from all', async () => {
    begin({ path: '/a/A' });
    begin({ path: '/a/B' });
    const call = begin({ path: '/a/C' });
    await settle();
    expect(call.status.details).toBe(
      'The concurrency limit is reached: the channel (2 of 2 calls under way, 0 of 0 waiting); limit by aimd',
    );
    wire.last.end(RESOURCE_EXHAUSTED, '', undefined, fromServer);
    expect(context.channelWide.limit?.limits.maxConcurrent).toBe(1);
  });

  test('is no part of the chains where there is none', () => {
    expect(interceptorsFor({}, createPolicyContext())).toHaveLength(interceptorsFor({}, context).length - 2);
  });
});
