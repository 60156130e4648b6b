import { describe, expect, test } from '@jest/globals';
import { roundRobin, type BalancingPolicy } from '@fairlead/core';
import { manualResolverFactory, type ManualResolver } from '@fairlead/testing';
import { connectivityState, credentials, Metadata, status } from '@grpc/grpc-js';
import { FiniteClock } from '../test/support/finite-clock.js';
import { pod, turn, VirtualPool } from '../test/support/virtual-pool.js';
import { CHANNEL_FACTORY } from './member/member-channel.js';
import type { PoolOptions } from './options.js';
import { Pool } from './pool.js';

const IDLE_MS = 60_000;

const states = (virtual: VirtualPool): string[] => {
  const seen: string[] = [];
  virtual.pool.on('state', ({ from, to }) => seen.push(`${from} → ${to}`));
  return seen;
};

/** A pool with pods that are connected, and the resolvers that it makes: each answers when the test says so. */
function pooled(
  count: number,
  options: PoolOptions = {},
): { virtual: VirtualPool; created: readonly ManualResolver[] } {
  const factory = manualResolverFactory('test');
  const virtual = new VirtualPool({ idleTimeoutMs: IDLE_MS, resolvers: [factory], ...options });
  virtual.pool.connect();
  factory.created[0]!.push(Array.from({ length: count }, (_, index) => pod(index + 1)));
  for (const channel of [...virtual.channels]) channel.ready();
  return { virtual, created: factory.created };
}

const openChannels = (virtual: VirtualPool): number => virtual.channels.filter((channel) => !channel.closed).length;

describe('a pool that nobody calls', () => {
  test('closes its connections after the idle timeout and leaves nothing running, but knows its pods', () => {
    const { virtual, created } = pooled(3, { maxConnectionAgeMs: 10 * IDLE_MS });
    const seen = states(virtual);
    virtual.clock.advance(IDLE_MS - 1);
    expect(seen).toEqual([]);
    virtual.clock.advance(1);
    expect(seen).toEqual(['READY → IDLE']);
    expect(openChannels(virtual)).toBe(0);
    expect(created[0]!.closed).toBe(true);
    expect(virtual.clock.pendingTimers).toBe(0);
    virtual.clock.advance(500);
    expect(virtual.pool.getConnectivityState(false)).toBe(connectivityState.IDLE);
    expect(virtual.pool.snapshot()).toMatchObject({
      state: 'IDLE',
      idleForMs: 500,
      resolver: { ageMs: undefined },
      members: [{ connectivity: 'idle' }, { connectivity: 'idle' }, { connectivity: 'idle' }],
    });
    const [first] = virtual.pool.explain().split('\n');
    expect(first).toBe('test:///pods: IDLE for 500 ms, because nobody used it, peak_ewma, 3 pods, 0 calls waiting');
  });

  test('is idle on time when it was last used at a fraction of a millisecond', () => {
    for (let n = 1; n <= 40; n += 1) {
      const clock = new FiniteClock({ startMs: 1_000 });
      const virtual = VirtualPool.ready(1, { clock, idleTimeoutMs: IDLE_MS });
      clock.advance(7_000 + n / 7);
      virtual.pool.connect();
      clock.advance(IDLE_MS - 0.01);
      expect(virtual.pool.snapshot().idleForMs).toBeUndefined();
      clock.advance(0.02);
      expect(virtual.pool.snapshot().idleForMs).toBeCloseTo(0.01);
      virtual.pool.close();
    }
  });

  test('tells those who watch that it left READY', () => {
    const { virtual } = pooled(1);
    const told: unknown[] = [];
    virtual.pool.watchConnectivityState(connectivityState.READY, Infinity, (error) => told.push(error));
    virtual.clock.advance(IDLE_MS);
    expect(told).toEqual([undefined]);
    expect(virtual.pool.getConnectivityState(false)).toBe(connectivityState.IDLE);
  });

  test.each<[string, (virtual: VirtualPool) => unknown]>([
    ['a call', (virtual) => virtual.call()],
    ['connect()', (virtual) => virtual.pool.connect()],
    ['getConnectivityState(true)', (virtual) => virtual.pool.getConnectivityState(true)],
    ['ready()', (virtual) => virtual.pool.ready()],
  ])('connects its pods at once, and asks a new resolver, when woken by %s', (_, wake) => {
    const { virtual, created } = pooled(2);
    virtual.clock.advance(IDLE_MS);
    const before = virtual.channels.length;
    const seen = states(virtual);
    wake(virtual);
    expect(virtual.channels.slice(before).map((channel) => channel.connecting)).toEqual([true, true]);
    expect(created.map((resolver) => resolver.started)).toEqual([false, true]);
    expect(seen).toEqual(['IDLE → CONNECTING']);
    virtual.channel(1).ready();
    expect(seen).toEqual(['IDLE → CONNECTING', 'CONNECTING → READY']);
    expect(virtual.pool.snapshot().idleForMs).toBeUndefined();
  });

  test('serves the call that woke it by a pod that it knew, before the resolver has answered', () => {
    const { virtual } = pooled(2);
    virtual.clock.advance(IDLE_MS);
    const call = virtual.call();
    virtual.channel(2).ready();
    virtual.channel(2).calls[0]!.end();
    expect(call.status).toMatchObject({ code: status.OK });
  });

  test('lets the call that woke it wait for the resolver when all the pods that it knew are gone', async () => {
    const { virtual, created } = pooled(2);
    virtual.clock.advance(IDLE_MS);
    const call = virtual.call();
    for (const n of [1, 2]) virtual.channel(n).refuse();
    await turn();
    expect(virtual.pool.snapshot()).toMatchObject({ state: 'CONNECTING', waitingCalls: 1 });
    created[1]!.push([pod(3)]);
    virtual.channel(3).ready();
    virtual.channel(3).calls[0]!.end();
    expect(call.status).toMatchObject({ code: status.OK });
  });

  test('does not fail a call for what the resolver said before', async () => {
    const { virtual, created } = pooled(0);
    virtual.pool.connect();
    created[0]!.fail(new Error('SERVFAIL'));
    virtual.clock.advance(IDLE_MS);
    const call = virtual.call();
    await turn();
    expect(call.statuses).toEqual([]);
    created[1]!.push([]);
    await turn();
    expect(call.status).toMatchObject({ code: status.UNAVAILABLE, details: 'test:///pods has no endpoints' });
  });

  test('keeps the statistics of its pods', () => {
    const { virtual } = pooled(1);
    virtual.call();
    virtual.clock.advance(40);
    virtual.channel(1).calls[0]!.respond();
    virtual.channel(1).calls[0]!.end();
    virtual.clock.advance(IDLE_MS);
    virtual.pool.connect();
    expect(virtual.pool.explain()).toContain('picked 60040 ms ago');
  });

  test('does not hear what the resolver that it closed says', () => {
    const listeners: { onState(state: unknown, startedAt: number): void }[] = [];
    const create = (): never =>
      ({ start: (one: never) => listeners.push(one), refresh: () => undefined, close: () => undefined }) as never;
    const virtual = new VirtualPool({ idleTimeoutMs: IDLE_MS, resolvers: [{ schemes: ['test'], create }] });
    virtual.pool.connect();
    virtual.clock.advance(IDLE_MS);
    listeners[0]!.onState({ endpoints: [pod(1)], attributes: {} }, 0);
    virtual.pool.connect();
    listeners[0]!.onState({ endpoints: [pod(2)], attributes: {} }, 0);
    expect(virtual.pool.snapshot().members).toEqual([]);
    expect(virtual.channels).toEqual([]);
  });

  test('is idle also when its resolver cannot be closed, and tells of that', () => {
    const close = (): never => {
      throw new Error('stuck');
    };
    const create = () => ({ start: () => undefined, refresh: () => undefined, close });
    const virtual = new VirtualPool({ idleTimeoutMs: IDLE_MS, resolvers: [{ schemes: ['test'], create }] });
    const errors: string[] = [];
    virtual.pool.on('resolverError', ({ message }) => errors.push(message));
    virtual.pool.connect();
    virtual.clock.advance(IDLE_MS);
    expect(errors).toEqual(['stuck']);
    expect(virtual.pool.getConnectivityState(false)).toBe(connectivityState.IDLE);
  });

  test('forgets its backoff: pods that refused are tried at once by the next call', async () => {
    const { virtual } = pooled(1, { 'grpc.initial_reconnect_backoff_ms': 100_000 });
    virtual.channel(1).lose();
    expect(virtual.pool.snapshot().members).toMatchObject([{ connectivity: 'transient-failure' }]);
    virtual.clock.advance(IDLE_MS);
    expect(virtual.clock.pendingTimers).toBe(0);
    virtual.call();
    expect(virtual.channel(1).connecting).toBe(true);
    await turn();
  });

  test.each<[string, PoolOptions, (virtual: VirtualPool) => void]>([
    ['to connect', {}, (virtual) => virtual.channel(1).lose()],
    ['to replace an aged connection', { maxConnectionAgeMs: IDLE_MS * 0.8 }, () => undefined],
  ])('gives up an attempt %s that is under way', (_, options, begin) => {
    const { virtual } = pooled(1, { ...options, connectTimeoutMs: 600_000 });
    virtual.clock.advance(1_000);
    begin(virtual);
    virtual.clock.advance(IDLE_MS - 1_001);
    expect(virtual.channels.map((channel) => channel.connecting)).toEqual([false, true]);
    virtual.clock.advance(1);
    expect(openChannels(virtual)).toBe(0);
    expect(virtual.clock.pendingTimers).toBe(0);
  });

  test('stays awake when a listener wants it so, while it falls idle', () => {
    const { virtual } = pooled(3);
    virtual.pool.on('member', ({ to }) => {
      if (to === 'idle') virtual.pool.connect();
    });
    virtual.clock.advance(IDLE_MS);
    for (const n of [1, 2, 3]) virtual.channel(n).ready();
    expect(virtual.pool.snapshot().members.map((member) => member.connectivity)).toEqual(['ready', 'ready', 'ready']);
    expect(openChannels(virtual)).toBe(3);
    expect(virtual.pool.snapshot().idleForMs).toBeUndefined();
  });

  test('can be closed', () => {
    const { virtual } = pooled(1);
    virtual.clock.advance(IDLE_MS);
    const told: string[] = [];
    virtual.pool.on('closed', () => told.push('closed'));
    virtual.pool.close();
    expect(told).toEqual(['closed']);
    expect(virtual.pool.snapshot()).toMatchObject({ state: 'SHUTDOWN', members: [], idleForMs: undefined });
  });

  test('that is not idle yet leaves no timer when it is closed', () => {
    const { virtual } = pooled(1);
    virtual.pool.close();
    expect(virtual.clock.pendingTimers).toBe(0);
  });
});

describe('the idle timeout', () => {
  test('begins when the last of all calls has ended, however long they ran', () => {
    const { virtual } = pooled(1);
    virtual.clock.advance(IDLE_MS / 2);
    const calls = [virtual.call(), virtual.call()];
    virtual.clock.advance(2.3 * IDLE_MS);
    const [first, second] = virtual.channel(1).calls;
    first!.end();
    virtual.clock.advance(IDLE_MS);
    second!.end();
    expect(calls.map((call) => call.statuses.length)).toEqual([1, 1]);
    virtual.clock.advance(IDLE_MS - 1);
    expect(virtual.pool.snapshot().state).toBe('READY');
    virtual.clock.advance(1);
    expect(virtual.pool.snapshot().state).toBe('IDLE');
  });

  test('waits for calls that wait for a pod, and begins when they are cancelled', () => {
    const { virtual } = pooled(0);
    const call = virtual.call({ waitForReady: true });
    virtual.clock.advance(3 * IDLE_MS);
    expect(virtual.pool.snapshot()).toMatchObject({ waitingCalls: 1, idleForMs: undefined });
    call.call.cancelWithStatus(status.CANCELLED, 'Cancelled');
    call.call.cancelWithStatus(status.CANCELLED, 'Cancelled');
    virtual.clock.advance(IDLE_MS - 1);
    expect(virtual.pool.snapshot().idleForMs).toBeUndefined();
    virtual.clock.advance(1);
    expect(virtual.pool.snapshot().idleForMs).toBe(0);
  });

  test('does not count calls that were never started or were cancelled before', () => {
    const { virtual } = pooled(1);
    virtual.pool.createCall('/test.Echo/Unary', Infinity, null, null, null);
    const cancelled = virtual.pool.createCall('/test.Echo/Unary', Infinity, null, null, null);
    cancelled.cancelWithStatus(status.CANCELLED, 'Cancelled');
    virtual.clock.advance(IDLE_MS);
    expect(virtual.pool.snapshot().idleForMs).toBe(0);
  });

  test('begins anew with connect() and getConnectivityState(true)', () => {
    const { virtual } = pooled(1);
    for (const use of [() => virtual.pool.connect(), () => virtual.pool.getConnectivityState(true)]) {
      virtual.clock.advance(IDLE_MS - 1);
      use();
    }
    virtual.clock.advance(IDLE_MS - 1);
    expect(virtual.pool.snapshot().state).toBe('READY');
    virtual.clock.advance(1);
    expect(virtual.pool.snapshot().state).toBe('IDLE');
  });

  test('waits while somebody waits for ready()', async () => {
    const { virtual, created } = pooled(0);
    const ready = virtual.pool.ready();
    virtual.clock.advance(3 * IDLE_MS);
    created[0]!.push([pod(1)]);
    virtual.channel(1).ready();
    await ready;
    virtual.clock.advance(IDLE_MS);
    expect(virtual.pool.snapshot().state).toBe('IDLE');
  });

  test('is one timer that calls do not touch', () => {
    const { virtual } = pooled(1);
    const due = virtual.clock.nextTimerAt;
    for (let n = 0; n < 100; n += 1) {
      virtual.call();
      virtual.channel(1).calls.at(-1)!.end();
      virtual.clock.advance(10);
    }
    expect(virtual.clock.pendingTimers).toBe(1);
    expect(virtual.clock.nextTimerAt).toBe(due);
  });

  test.each<[PoolOptions, number | undefined]>([
    [{}, 1_800_000],
    [{ idleTimeoutMs: 1_000 }, 1_000],
    [{ 'grpc.client_idle_timeout_ms': 60_000 }, 60_000],
    [{ 'grpc.client_idle_timeout_ms': 60_000, idleTimeoutMs: 60_000 }, 60_000],
    [{ idleTimeoutMs: Infinity }, undefined],
    [{ 'grpc.client_idle_timeout_ms': 2 ** 31 - 1 }, undefined],
  ])('of %j is %p ms, and no argument of a member', (options, expected) => {
    const virtual = new VirtualPool();
    const seen: unknown[] = [];
    const factory = (endpoint: unknown, { channelArguments }: { channelArguments: unknown }): unknown => {
      seen.push(endpoint, channelArguments);
      return virtual.channels[0];
    };
    const given = { clock: virtual.clock, ...options, [CHANNEL_FACTORY]: factory };
    virtual.pool.connect();
    virtual.resolver.push([pod(1)]);
    virtual.channel(1).ready();
    const before = virtual.clock.pendingTimers;
    const pool = new Pool(`ipv4:${pod(1).id}`, credentials.createInsecure(), given);
    pool.connect();
    expect(virtual.clock.pendingTimers - before).toBe(expected === undefined ? 0 : 1);
    if (expected !== undefined) expect(virtual.clock.nextTimerAt! - virtual.clock.now()).toBe(expected);
    expect(seen[1]).toEqual({});
    pool.close();
  });
});

test('a call that a picker threw for does not count as use of the pool', () => {
  let broken = true;
  const balancing = (): BalancingPolicy => {
    const policy = roundRobin()();
    return {
      name: 'broken',
      createLoad: () => policy.createLoad(),
      update: (members, context) => {
        const update = policy.update(members, context);
        const pick: typeof update.picker.pick = (request, now) => {
          if (broken) throw new Error('pick boom');
          return update.picker.pick(request, now);
        };
        return { ...update, picker: { pick } };
      },
    };
  };
  const { virtual } = pooled(1, { balancing });
  virtual.call();
  broken = false;
  virtual.clock.advance(IDLE_MS);
  expect(virtual.pool.getConnectivityState(false)).toBe(connectivityState.IDLE);
});

describe('a pool that is woken', () => {
  /** Idle, and every pod known. */
  function idle(): VirtualPool {
    const virtual = VirtualPool.ready(1, { idleTimeoutMs: IDLE_MS });
    virtual.clock.advance(IDLE_MS);
    expect(virtual.pool.snapshot().idleForMs).toBe(0);
    return virtual;
  }

  test('and closed by who is told of it has no timer left, and the call that woke it ends', async () => {
    const virtual = idle();
    virtual.pool.on('member', () => virtual.pool.close());
    const call = virtual.call();
    await turn();
    expect(call.status).toMatchObject({ code: status.UNAVAILABLE, details: 'Channel closed before call started' });
    expect(virtual.clock.pendingTimers).toBe(0);
    expect(virtual.pool.snapshot()).toMatchObject({ state: 'SHUTDOWN', idleForMs: undefined, waitingCalls: 0 });
  });

  test('while it falls idle, by who is told that the resolver failed to close, is awake', () => {
    const { virtual, created } = pooled(1);
    created[0]!.close = () => {
      throw new Error('cannot close');
    };
    const calls: unknown[] = [];
    virtual.pool.on('resolverError', () => calls.push(virtual.call()));
    virtual.clock.advance(IDLE_MS);
    expect(calls).toHaveLength(1);
    expect(virtual.channel(1).calls).toHaveLength(1);
    expect(virtual.pool.snapshot()).toMatchObject({
      state: 'READY',
      members: [{ connectivity: 'ready', inFlight: 1 }],
    });
  });

  test('does not keep a call that is cancelled by who is told of it', async () => {
    const virtual = idle();
    const call = virtual.pool.createCall('/test.Echo/Unary', Infinity, null, null, null);
    virtual.pool.on('state', () => call.cancelWithStatus(status.CANCELLED, 'not any more'));
    const statuses: unknown[] = [];
    const ignore = (): void => undefined;
    call.start(new Metadata(), {
      onReceiveMetadata: ignore,
      onReceiveMessage: ignore,
      onReceiveStatus: ({ code }) => statuses.push(code),
    });
    await turn();
    expect(statuses).toEqual([status.CANCELLED]);
    expect(virtual.pool.snapshot().waitingCalls).toBe(0);
    expect(virtual.clock.pendingKeepAliveTimers).toBe(0);
  });
});
