import { describe, expect, jest, test } from '@jest/globals';
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

  test('a callback that throws is an uncaught exception of its own, and stops neither waiting calls nor the end', async () => {
    const uncaught: unknown[] = [];
    const nextTick = jest.spyOn(process, 'nextTick').mockImplementation((act) => {
      try {
        (act as () => void)();
      } catch (error) {
        uncaught.push(error);
      }
    });
    const virtual = new VirtualPool();
    const thrower = (): never => {
      throw new Error('a bug of the application');
    };
    virtual.pool.watchConnectivityState(IDLE, Infinity, thrower);
    const call = virtual.call();
    virtual.resolver.push([pod(1)]);
    virtual.pool.watchConnectivityState(CONNECTING, Infinity, thrower);
    virtual.channel(1).ready();
    expect(virtual.channel(1).calls).toHaveLength(1);
    virtual.channel(1).calls[0]!.end();
    let closed = false;
    virtual.pool.on('closed', () => (closed = true));
    virtual.pool.watchConnectivityState(READY, Infinity, thrower);
    virtual.pool.close();
    nextTick.mockRestore();
    await turn();
    expect([closed, call.status?.code, uncaught.length]).toEqual([true, 0, 3]);
  });
});
