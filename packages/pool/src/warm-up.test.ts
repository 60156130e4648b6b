import { afterEach, describe, expect, test } from '@jest/globals';
import { InvalidOptionError } from '@fairlead/core';
import { connectivityState } from '@grpc/grpc-js';
import { pod, turn, VirtualPool } from '../test/support/virtual-pool.js';

let virtual: VirtualPool;

afterEach(() => virtual.pool.close());

/** How the promise has ended so far. */
async function endOf(promise: Promise<void>): Promise<string> {
  let end = 'pending';
  promise.then(
    () => (end = 'ready'),
    (error: Error) => (end = error.message),
  );
  await turn();
  return end;
}

describe('ready()', () => {
  test('connects without a call and is fulfilled when enough members are ready', async () => {
    virtual = new VirtualPool({ minReadyMembers: 2, eventLoopStallMs: Infinity });
    const ready = virtual.pool.ready();
    virtual.resolver.push([pod(1), pod(2), pod(3)]);
    virtual.channel(1).ready();
    expect(await endOf(ready)).toBe('pending');
    virtual.channel(3).ready();
    expect(await endOf(ready)).toBe('ready');
    expect(virtual.clock.pendingTimers).toBe(1);
    expect(await endOf(virtual.pool.ready())).toBe('ready');
  });

  test('is fulfilled with all members of a target that has fewer, but not with none', async () => {
    virtual = new VirtualPool({ minReadyMembers: 5 });
    const ready = virtual.pool.ready();
    virtual.resolver.push([]);
    expect(await endOf(ready)).toBe('pending');
    virtual.resolver.push([pod(1)]);
    virtual.channel(1).ready();
    expect(await endOf(ready)).toBe('ready');
  });

  test('is rejected at its timeout with what is missing, and keeps the process alive until then', async () => {
    virtual = new VirtualPool();
    const ready = virtual.pool.ready({ timeoutMs: 500 });
    virtual.resolver.push([pod(1)]);
    expect(virtual.clock.pendingKeepAliveTimers).toBe(1);
    virtual.clock.advance(500);
    expect(await endOf(ready)).toMatch(
      /^not ready after 500 ms: test:\/\/\/pods: CONNECTING.*not pickable, connecting/s,
    );
    expect(virtual.clock.pendingKeepAliveTimers).toBe(0);
  });

  test('is rejected when the pool closes, or is closed', async () => {
    virtual = new VirtualPool();
    const ready = virtual.pool.ready();
    virtual.pool.close();
    expect(await endOf(ready)).toBe('Channel has been shut down');
    expect(await endOf(virtual.pool.ready())).toBe('Channel has been shut down');
    expect(virtual.clock.pendingTimers).toBe(0);
  });

  test('is rejected when the pool is closed by who is told that it connects, and leaves no timer', async () => {
    virtual = new VirtualPool();
    virtual.pool.on('state', () => virtual.pool.close());
    await expect(virtual.pool.ready()).rejects.toThrow('Channel has been shut down');
    expect(virtual.clock.pendingTimers).toBe(0);
  });

  test.each([-1, NaN, '5s', '5'])(
    'refuses a timeout of %j, by its promise and before it connects',
    async (timeoutMs) => {
      virtual = new VirtualPool();
      await expect(virtual.pool.ready({ timeoutMs: timeoutMs as number })).rejects.toThrow(InvalidOptionError);
      expect(virtual.pool.getConnectivityState(false)).toBe(connectivityState.IDLE);
    },
  );
});

describe('resetBackoff()', () => {
  test('lets members that back off connect at once, from the first step, and asks the resolver', async () => {
    virtual = VirtualPool.ready(2);
    virtual.channel(1).lose();
    for (let round = 0; round < 4; round += 1) {
      while (!virtual.channel(1).connecting) virtual.clock.advance(100);
      virtual.channel(1).refuse();
      await turn();
    }
    const refreshes = virtual.resolver.refreshes;
    const made = virtual.channels.length;
    virtual.pool.resetBackoff();
    expect(virtual.channels).toHaveLength(made + 1);
    expect(virtual.channel(1).connecting).toBe(true);
    expect(virtual.resolver.refreshes).toBe(refreshes + 1);
    virtual.channel(1).refuse();
    await turn();
    virtual.clock.advance(1_200);
    expect(virtual.channel(1).connecting).toBe(true);
  });

  test('does nothing to a pool that was not started', () => {
    virtual = new VirtualPool();
    virtual.pool.resetBackoff();
    expect(virtual.channels).toEqual([]);
    expect(virtual.resolver.refreshes).toBe(0);
  });
});
