import { describe, expect, test } from '@jest/globals';
import { status } from '@grpc/grpc-js';
import { pod, turn, VirtualPool } from '../test/support/virtual-pool.js';

describe('the counters of a pool', () => {
  test('begin at zero, and are a copy', () => {
    const virtual = new VirtualPool();
    const { counters } = virtual.pool.snapshot();
    expect(counters).toMatchObject({ picks: 0, connectionAttemptsSucceeded: 0, openConnections: 0, rotations: 0 });
    expect(new Set(Object.values(counters.disconnections))).toEqual(new Set([0]));
    virtual.pool.connect();
    virtual.resolver.push([pod(1)]);
    virtual.channel(1).ready();
    expect(counters.connectionAttemptsSucceeded).toBe(0);
  });

  test('count each call where it was given to, and how it ended', async () => {
    const virtual = VirtualPool.ready(2);
    for (let n = 0; n < 7; n += 1) virtual.call();
    const [first, ...others] = virtual.channels.flatMap(({ calls }) => calls);
    first!.end(status.UNKNOWN);
    for (const call of others.slice(0, 4)) call.end();
    const { counters, members } = virtual.pool.snapshot();
    expect(counters).toMatchObject({ picks: 7, succeeded: 4, failed: 1 });
    expect(members.map(({ picks }) => picks)).toEqual([1, 2].map((n) => virtual.channel(n).calls.length));
    await turn();
  });

  test('do not count a call that nobody was picked for', async () => {
    const virtual = new VirtualPool();
    virtual.call({ deadline: virtual.clock.epochNow() + 10 });
    virtual.clock.advance(10);
    await turn();
    expect(virtual.pool.snapshot().counters).toMatchObject({ picks: 0, failed: 0 });
  });

  test('keep what members did that left', () => {
    const virtual = VirtualPool.ready(2);
    for (let n = 0; n < 10; n += 1) virtual.call();
    for (const channel of virtual.channels) for (const call of channel.calls) call.end();
    virtual.resolver.push([pod(2)]);
    expect(virtual.pool.snapshot().counters).toMatchObject({ picks: 10, succeeded: 10 });
  });

  test('count attempts to connect, and not those that were given up', async () => {
    const virtual = new VirtualPool();
    virtual.pool.connect();
    virtual.resolver.push([pod(1), pod(2), pod(3)]);
    virtual.channel(1).ready();
    virtual.channel(2).refuse();
    await turn();
    virtual.resolver.push([pod(1), pod(2)]);
    virtual.pool.close();
    expect(virtual.pool.snapshot().counters).toMatchObject({
      connectionAttemptsSucceeded: 1,
      connectionAttemptsFailed: 1,
      openConnections: 0,
      disconnections: { 'subchannel shutdown': 1, unknown: 0 },
    });
  });

  test('count a connection as open until it is lost, or until the last call of a pod that left has ended', () => {
    const virtual = VirtualPool.ready(2);
    while (virtual.channel(1).calls.length === 0) virtual.call();
    virtual.resolver.push([pod(2)]);
    expect(virtual.pool.snapshot().counters.openConnections).toBe(2);
    for (const call of virtual.channel(1).calls) call.end();
    expect(virtual.pool.snapshot().counters).toMatchObject({
      openConnections: 1,
      disconnections: { 'subchannel shutdown': 1 },
    });
    virtual.channel(2).lose();
    expect(virtual.pool.snapshot().counters).toMatchObject({ openConnections: 0, disconnections: { unknown: 1 } });
  });

  test('count a rotation, and the old connection when its last call has ended', () => {
    const virtual = VirtualPool.ready(1, { maxConnectionAgeMs: 60_000 });
    virtual.call();
    const old = virtual.channel(1);
    virtual.clock.advance(70_000);
    virtual.channel(1).ready();
    expect(virtual.pool.snapshot().counters).toMatchObject({ rotations: 1, openConnections: 2 });
    old.calls[0]!.end();
    expect(virtual.pool.snapshot().counters).toMatchObject({
      rotations: 1,
      openConnections: 1,
      disconnections: { 'subchannel shutdown': 1 },
    });
  });
});
