import { describe, expect, test } from '@jest/globals';
import { connectivityState } from '@grpc/grpc-js';
import { pod, turn, VirtualPool } from '../test/support/virtual-pool.js';

const { IDLE, CONNECTING, READY } = connectivityState;

function watch(
  virtual: VirtualPool,
  from: connectivityState,
  deadline: Date | number = Infinity,
): (string | undefined)[] {
  const told: (string | undefined)[] = [];
  virtual.pool.watchConnectivityState(from, deadline, (error) => told.push(error?.message));
  return told;
}

describe('watching the state of a pool', () => {
  test('calls once at the next change', () => {
    const virtual = new VirtualPool();
    const told = watch(virtual, IDLE);
    virtual.pool.connect();
    expect(told).toEqual([undefined]);
    virtual.resolver.push([pod(1)]);
    virtual.channel(1).ready();
    expect(told).toHaveLength(1);
  });

  test('calls soon, but not at once, when the state is another one already', async () => {
    const virtual = VirtualPool.ready(1);
    const told = watch(virtual, CONNECTING);
    expect(told).toEqual([]);
    await turn();
    expect(told).toEqual([undefined]);
  });

  test('calls with an error at the deadline, as grpc-js words it, and keeps the process alive until then', () => {
    const virtual = VirtualPool.ready(1);
    const told = watch(virtual, READY, new Date(virtual.clock.epochNow() + 200));
    expect(virtual.clock.pendingKeepAliveTimers).toBe(1);
    virtual.clock.advance(200);
    expect(told).toEqual(['Deadline passed without connectivity state change']);
  });

  test('calls at close, and leaves no timer', () => {
    const virtual = VirtualPool.ready(1);
    const told = watch(virtual, READY, virtual.clock.epochNow() + 1_000);
    virtual.pool.close();
    expect(told).toEqual([undefined]);
    expect(virtual.clock.pendingTimers).toBe(0);
  });
});
