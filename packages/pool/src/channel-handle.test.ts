import { describe, expect, test } from '@jest/globals';
import { connectivityState } from '@grpc/grpc-js';
import { TestCall, VirtualPool } from '../test/support/virtual-pool.js';

describe('a handle', () => {
  test('closes its share only; the last one closes the pool', () => {
    const { pool } = VirtualPool.ready(1);
    const first = pool.handle();
    const second = pool.handle();
    first.close();
    first.close();
    expect(pool.getConnectivityState(false)).toBe(connectivityState.READY);
    second.close();
    expect(pool.getConnectivityState(false)).toBe(connectivityState.SHUTDOWN);
  });

  test('is a channel like the pool', () => {
    const virtual = VirtualPool.ready(1);
    const handle = virtual.pool.handle();
    expect(handle.getTarget()).toBe('test:///pods');
    expect(handle.getChannelzRef()).toEqual(virtual.pool.getChannelzRef());
    expect(handle.getConnectivityState(false)).toBe(connectivityState.READY);
    new TestCall(handle, {});
    expect(virtual.channel(1).calls).toHaveLength(1);
    virtual.pool.close();
  });

  test('that is closed behaves as a closed channel, while others use the pool', () => {
    const { pool } = VirtualPool.ready(1);
    const other = pool.handle();
    const handle = pool.handle();
    handle.close();
    expect(() => new TestCall(handle, {})).toThrow('Channel has been shut down');
    expect(() => handle.watchConnectivityState(0, Infinity, () => undefined)).toThrow('Channel has been shut down');
    expect(handle.getConnectivityState(true)).toBe(connectivityState.SHUTDOWN);
    new TestCall(other, {});
  });
});
