import { ClientThrottle, type MethodConfig } from '@fairlead/core';
import { SeededRandom, VirtualClock } from '@fairlead/testing';
import * as grpc from '@grpc/grpc-js';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { FakeChannel, metadataOf, pod } from '../../test/fake-channel.js';
import { ObservedCall, settle } from '../../test/observed-call.js';
import { POLICY } from '../../test/retry-fixture.js';
import { attemptsOf } from '../attempts/attempts-of.js';
import { interceptorsFor, type PolicyContext } from '../chain.js';
import { interceptChannel, type InterceptedChannel } from '../channel/intercept-channel.js';
import { createPolicyContext } from '../policy-context.js';

const { CANCELLED, DEADLINE_EXCEEDED, NOT_FOUND, OK, RESOURCE_EXHAUSTED, UNAVAILABLE } = grpc.status;
const fromServer = metadataOf({ 'x-from': 'server' });

let clock: VirtualClock;
let wire: FakeChannel;
let context: PolicyContext;
let channel: InterceptedChannel;

function use(method: MethodConfig = {}): void {
  channel = interceptChannel(wire, (path) => interceptorsFor(method, context, path));
}

beforeEach(() => {
  clock = new VirtualClock();
  wire = new FakeChannel();
  context = createPolicyContext({ clock, random: new SeededRandom(1), throttle: new ClientThrottle() });
  use();
});

afterEach(() => {
  context.close();
  expect(clock.pendingTimers).toBe(0);
});

const ratio = (): number => context.channelWide.throttle?.rejectionRatio(clock.now()) ?? NaN;
const begin = (): ObservedCall => new ObservedCall(channel).unary();
const reject = (code = RESOURCE_EXHAUSTED): void => wire.last.end(code, '', undefined, fromServer);

/** The callee rejects so many. */
function rejected(calls: number): void {
  for (let n = 0; n < calls; n++) context.channelWide.throttle?.ended(false, clock.now());
}

describe('a call that is rejected here', () => {
  test('ends with UNAVAILABLE, the figures and a trail; nothing is sent, and it is not retried', async () => {
    use({ retryPolicy: POLICY, bulkhead: { maxConcurrent: 1, maxQueue: 0, priority: 0 } });
    begin();
    rejected(999);
    const timers = clock.pendingTimers;
    const call = begin();
    await settle();
    expect([call.code, wire.calls.length, clock.pendingTimers]).toEqual([UNAVAILABLE, 1, timers]);
    expect(call.status.details).toBe(
      'Rejected by client-side throttling: 0 of 1000 calls were accepted within 120000 ms, so 99.9 % are rejected here',
    );
    expect(attemptsOf(call.status)).toEqual([
      expect.objectContaining({
        failure: 'unsent',
        next: { retried: false, reason: 'client-side throttling rejected it' },
      }),
    ]);
  });

  test('is no failure of the breaker, which stands further in', async () => {
    const circuitBreaker = {
      failureRatio: 0,
      requestVolume: 1,
      windowMs: 10_000,
      openMs: 10_000,
      probeTimeoutMs: 10_000,
      failureStatusCodes: new Set([UNAVAILABLE]),
    };
    use({ circuitBreaker });
    begin();
    rejected(999);
    const call = begin();
    await settle();
    expect([call.code, context.breakers.of('/test.Echo/Unary', circuitBreaker).state]).toEqual([UNAVAILABLE, 'closed']);
  });
});

describe('rejected by the callee', () => {
  test.each([RESOURCE_EXHAUSTED, UNAVAILABLE])('is what a server ended with %i', (code) => {
    begin();
    reject(code);
    expect(ratio()).toBe(1 / 2);
  });

  test('is a call once, however many attempts it took', () => {
    use({ retryPolicy: { ...POLICY, maxAttempts: 2 } });
    begin();
    wire.last.pick(pod(1), true).end(UNAVAILABLE, '', 'maybe-processed', fromServer);
    clock.advance(120);
    wire.last.pick(pod(2), true).end(UNAVAILABLE, '', 'maybe-processed', fromServer);
    expect([wire.calls.length, ratio()]).toEqual([2, 1 / 2]);
  });

  test('is nothing that was never sent, was cancelled or cut here, or had no answer in time', async () => {
    begin();
    wire.last.end(UNAVAILABLE, 'No connection established');
    begin().call.cancelWithStatus(CANCELLED, '');
    begin();
    wire.last.headers().cut();
    begin();
    wire.last.end(DEADLINE_EXCEEDED, 'Deadline exceeded');
    begin();
    wire.last.end(UNAVAILABLE, 'Getting metadata from plugin failed with error: no token');
    const cancelled = begin();
    wire.last.cancelWithStatus = () => undefined;
    cancelled.call.cancelWithStatus(CANCELLED, '');
    reject();
    expect(ratio()).toBe(0);
    use({ bulkhead: { maxConcurrent: 1, maxQueue: 0, priority: 0 } });
    begin();
    const refused = begin();
    await settle();
    expect([refused.code, ratio()]).toEqual([RESOURCE_EXHAUSTED, 0]);
  });
});

describe('accepted by the callee', () => {
  test.each([OK, NOT_FOUND])('is what it answered with %i', (code) => {
    rejected(3);
    begin();
    wire.last.end(code, '', undefined, fromServer);
    expect(ratio()).toBe((4 - 2) / 5);
  });

  test('is a stream at its first message, whatever its end', () => {
    rejected(3);
    new ObservedCall(channel).start();
    wire.last.headers();
    expect(ratio()).toBe(3 / 4);
    wire.last.message('one').message('two');
    reject();
    expect(ratio()).toBe((4 - 2) / 5);
  });
});

describe('a stall of our own event loop', () => {
  test('is no rejection; what a server says is', () => {
    begin();
    clock.block(300);
    wire.last.end(UNAVAILABLE, 'Connection dropped');
    expect(ratio()).toBe(0);
    begin();
    clock.block(300);
    reject(UNAVAILABLE);
    expect(ratio()).toBe(1 / 2);
  });

  test('is watched while a call has not been answered, and no longer', () => {
    const streams = [new ObservedCall(channel).start(), new ObservedCall(channel).start()];
    expect(clock.pendingTimers).toBe(1);
    wire.calls[0]?.message('first of many');
    streams[1]?.call.cancelWithStatus(CANCELLED, '');
    expect(clock.pendingTimers).toBe(0);
  });
});

test('calls under way are no requests yet: a burst at the start goes out whole', () => {
  for (let n = 0; n < 200; n++) begin();
  expect([wire.calls.length, ratio()]).toEqual([200, 0]);
});

test('it is off unless asked for', () => {
  const plain = createPolicyContext({ clock });
  expect(plain.channelWide.throttle).toBeUndefined();
  expect(interceptorsFor({}, plain)).toHaveLength(interceptorsFor({}, context).length - 1);
});

describe('the throttle of a method', () => {
  const clientThrottling = { multiplier: 2, windowMs: 60_000 };
  const beginAt = (path: string): ObservedCall => new ObservedCall(channel, { path }).unary();
  const throttleOf = (path: string): ClientThrottle => context.throttles.of(path, clientThrottling);

  beforeEach(() => {
    context = createPolicyContext({ clock, random: new SeededRandom(1) });
    use({ clientThrottling });
  });

  test('knows of the calls of its method alone, and says whose it is', async () => {
    beginAt('/a.B/C');
    for (let n = 0; n < 999; n++) throttleOf('/a.B/C').ended(false, clock.now());
    const rejected = beginAt('/a.B/C');
    beginAt('/a.B/D');
    await settle();
    expect([rejected.code, wire.calls.map(({ args: [path] }) => path)]).toEqual([UNAVAILABLE, ['/a.B/C', '/a.B/D']]);
    expect(rejected.status.details).toBe(
      'Rejected by client-side throttling of /a.B/C: 0 of 1000 calls were accepted within 60000 ms, so 99.9 % are rejected here',
    );
  });

  test('stands beside that of the channel: each is told of what the callee says, and of nothing that the other rejects', async () => {
    context = createPolicyContext({ clock, random: new SeededRandom(1), throttle: new ClientThrottle() });
    use({ clientThrottling });
    beginAt('/a.B/C');
    reject();
    const ratios = (): number[] => [throttleOf('/a.B/C').rejectionRatio(clock.now()), ratio()];
    expect(ratios()).toEqual([1 / 2, 1 / 2]);
    rejected(998);
    // One goes out, as one does each second.
    clock.advance(1_000);
    beginAt('/a.B/D');
    const refused = beginAt('/a.B/E');
    await settle();
    expect(refused.status.details).toMatch(/^Rejected by client-side throttling: 0 of 1000 calls/);
    expect(throttleOf('/a.B/E').rejectionRatio(clock.now())).toBe(0);
  });

  test('lets the one call a second out that the channel lets out', () => {
    context = createPolicyContext({ clock, random: new SeededRandom(1), throttle: new ClientThrottle() });
    use({ clientThrottling });
    beginAt('/a.B/C');
    rejected(999);
    for (let n = 0; n < 999; n++) throttleOf('/a.B/D').ended(false, clock.now());
    clock.advance(500);
    beginAt('/a.B/D');
    clock.advance(500);
    beginAt('/a.B/D');
    expect(wire.calls.map(({ args: [path] }) => path)).toEqual(['/a.B/C', '/a.B/D']);
  });
});
