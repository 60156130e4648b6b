import { describe, expect, test } from '@jest/globals';
import { status } from '@grpc/grpc-js';
import { pod, turn, VirtualPool } from '../test/support/virtual-pool.js';

describe('a member that left the target', () => {
  test('gets no call any more, finishes those it has, and is closed with the last', () => {
    const virtual = VirtualPool.ready(2, { eventLoopStallMs: Infinity });
    const drained: unknown[] = [];
    virtual.pool.on('drained', ({ endpoint, cut }) => drained.push([endpoint.id, cut]));
    while (virtual.channel(1).calls.length < 2) virtual.call();
    const left = virtual.channel(1);
    virtual.resolver.push([pod(2)]);
    for (let n = 0; n < 20; n += 1) virtual.call();
    expect(left.calls).toHaveLength(2);
    expect(virtual.pool.snapshot().draining).toMatchObject([{ address: '10.0.0.1:50051', inFlight: 2 }]);
    left.calls[0]!.end();
    expect(left.closed).toBe(false);
    left.calls[1]!.end();
    expect(left.closed).toBe(true);
    expect(drained).toEqual([[pod(1).id, 0]]);
    expect(virtual.pool.snapshot().draining).toEqual([]);
    expect(virtual.clock.pendingTimers).toBe(0);
  });

  test('has its calls ended at the grace limit, with a status that says why', async () => {
    const virtual = VirtualPool.ready(1, { drainGraceMs: 2_000 });
    const drained: unknown[] = [];
    virtual.pool.on('drained', ({ cut }) => drained.push(cut));
    const call = virtual.call();
    virtual.resolver.push([pod(2)]);
    virtual.clock.advance(1_999);
    await turn();
    expect(call.statuses).toEqual([]);
    virtual.clock.advance(1);
    await turn();
    expect(call.status).toMatchObject({
      code: status.UNAVAILABLE,
      details: 'pod 10.0.0.1:50051 left the target and the call did not end within 2000 ms',
    });
    expect(virtual.channel(1).closed).toBe(true);
    expect(drained).toEqual([1]);
  });

  test('that comes back is a new member: the old one goes on draining', () => {
    const virtual = VirtualPool.ready(2);
    while (virtual.channel(1).calls.length < 1) virtual.call();
    const left = virtual.channel(1);
    virtual.resolver.push([pod(2)]);
    virtual.resolver.push([pod(2), pod(1)]);
    expect(virtual.channel(1)).not.toBe(left);
    expect(virtual.pool.snapshot()).toMatchObject({ members: [{}, { inFlight: 0 }], draining: [{ inFlight: 1 }] });
    left.calls[0]!.end();
    expect(left.closed).toBe(true);
    expect(virtual.channel(1).closed).toBe(false);
  });
});

describe('pods that leave together', () => {
  test('have all left before anybody is told that one has drained: a call that is made then waits', () => {
    const virtual = VirtualPool.ready(2);
    const [, second] = virtual.channels;
    const call = (): unknown => virtual.call();
    virtual.pool.on('drained', call);
    virtual.resolver.push([pod(3)]);
    virtual.pool.off('drained', call);
    expect(second!.calls).toEqual([]);
    expect(virtual.pool.snapshot().waitingCalls).toBe(2);
  });

  test('are all closed before the pool tells that it is, when it is closed inside of the first', () => {
    const virtual = VirtualPool.ready(2);
    const open: number[] = [];
    virtual.pool.on('drained', () => virtual.pool.close());
    virtual.pool.on('closed', () => open.push(virtual.channels.filter((channel) => !channel.closed).length));
    virtual.resolver.push([pod(3)]);
    expect(open).toEqual([0]);
  });
});

describe('closing a pool', () => {
  test('lets calls in flight finish within the grace, ends the rest, and tells when nothing is left', async () => {
    const virtual = VirtualPool.ready(2, { drainGraceMs: 1_000 });
    const told: string[] = [];
    virtual.pool.on('closed', () => told.push('closed'));
    const calls = Array.from({ length: 8 }, () => virtual.call());
    virtual.pool.close();
    virtual.pool.close();
    const [first] = virtual.channels.flatMap((channel) => channel.calls);
    first!.end();
    expect(calls.filter((call) => call.status?.code === status.OK)).toHaveLength(1);
    expect(told).toEqual([]);
    virtual.clock.advance(1_000);
    await turn();
    expect(calls.filter((call) => call.status?.code === status.UNAVAILABLE)).toHaveLength(7);
    expect(calls.find((call) => call.status?.code === status.UNAVAILABLE)!.status!.details).toBe(
      'the channel was closed and the call did not end within 1000 ms',
    );
    expect(told).toEqual(['closed']);
    expect(virtual.channels.every((channel) => channel.closed)).toBe(true);
    expect(virtual.clock.pendingTimers).toBe(0);
  });

  test('makes createCall, watchConnectivityState and handle throw as grpc-js does', () => {
    const virtual = VirtualPool.ready(1);
    virtual.pool.close();
    expect(() => virtual.call()).toThrow('Channel has been shut down');
    expect(() => virtual.pool.watchConnectivityState(0, Infinity, () => undefined)).toThrow(
      'Channel has been shut down',
    );
    expect(() => virtual.pool.handle()).toThrow('Channel has been shut down');
    expect(virtual.pool.getConnectivityState(true)).toBe(4);
  });

  test('from inside any event leaves nothing behind', async () => {
    for (const event of ['state', 'member', 'endpoints', 'resolverError', 'drained'] as const) {
      const virtual = new VirtualPool();
      virtual.pool.on(event, () => virtual.pool.close());
      virtual.pool.connect();
      virtual.resolver.push([pod(1), pod(2)]);
      virtual.resolver.push([pod(2)]);
      virtual.resolver.fail(new Error('SERVFAIL'));
      for (const channel of virtual.channels) if (!channel.closed) channel.ready();
      await turn();
      expect(virtual.pool.getConnectivityState(false)).toBe(4);
      expect(virtual.channels.every((channel) => channel.closed)).toBe(true);
      expect(virtual.clock.pendingTimers).toBe(0);
    }
  });
});
