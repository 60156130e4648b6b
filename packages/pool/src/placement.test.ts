import { describe, expect, test } from '@jest/globals';
import { attachAttemptContext, roundRobin, type BalancingPolicy } from '@fairlead/core';
import { Metadata, status } from '@grpc/grpc-js';
import { pod, turn, VirtualPool, type TestCall } from '../test/support/virtual-pool.js';

describe('finding a member for a call', () => {
  test('passes by a member whose loss nobody has told yet, and acts on the loss', () => {
    const virtual = VirtualPool.ready(2, { balancing: roundRobin() });
    virtual.clock.advance(5_000);
    const lost = virtual.channel(1);
    lost.loseUnnoticed();
    for (let n = 0; n < 4; n += 1) virtual.call();
    expect(lost.calls).toEqual([]);
    expect(virtual.channel(2).calls).toHaveLength(4);
    expect(lost.closed).toBe(true);
    expect(virtual.channel(1).connecting).toBe(true);
    expect(virtual.resolver.refreshes).toBe(1);
  });

  test('gives a waiting call away once, although noticing a loss brings a new picker in the middle of the pick', () => {
    const virtual = VirtualPool.ready(0, { balancing: roundRobin() });
    virtual.resolver.push([pod(1), pod(2)]);
    virtual.clock.advance(1);
    const call = virtual.call();
    virtual.pool.on('member', ({ to, lost, endpoint }) => {
      // Pod 1 is gone before the waiting call is given to it; when that is noticed, pod 2 has just connected.
      if (to === 'ready' && endpoint.id === pod(1).id) virtual.channel(1).loseUnnoticed();
      if (lost) virtual.channel(2).ready();
    });
    virtual.channel(1).ready();
    expect(virtual.channels.flatMap((channel) => channel.calls)).toHaveLength(1);
    virtual.channel(2).calls[0]!.end();
    expect(call.statuses).toHaveLength(1);
  });

  test('tells a call whose own start makes a listener close the pool that it is closed', async () => {
    for (const lost of [false, true]) {
      const virtual = lost ? VirtualPool.ready(1) : new VirtualPool();
      virtual.clock.advance(5_000);
      if (lost) virtual.channel(1).loseUnnoticed();
      virtual.pool.on('state', () => virtual.pool.close());
      const call = virtual.call();
      await turn();
      expect([lost, call.statuses.map(({ code, details }) => [code, details])]).toEqual([
        lost,
        [[status.UNAVAILABLE, 'Channel closed before call started']],
      ]);
    }
  });

  test('fails a call, even one that waits for ready, when the picker says so', async () => {
    const dropping: BalancingPolicy = {
      ...roundRobin()(),
      name: 'dropping',
      createLoad: () => roundRobin()().createLoad(),
      update: (members) => ({ picker: { pick: () => ({ kind: 'fail', reason: 'over the limit' }) }, connect: members }),
    };
    const virtual = VirtualPool.ready(1, { balancing: () => dropping });
    const call = virtual.call({ waitForReady: true });
    await turn();
    expect(call.statuses).toEqual([expect.objectContaining({ code: status.UNAVAILABLE, details: 'over the limit' })]);
  });

  test('asks the policy again after the time that it named', () => {
    let updates = 0;
    const restless: BalancingPolicy = {
      name: 'restless',
      createLoad: () => roundRobin()().createLoad(),
      update: (members, context) => {
        updates += 1;
        return { ...roundRobin()().update(members, context), revisitInMs: 50 };
      },
    };
    const virtual = VirtualPool.ready(1, { balancing: () => restless });
    const before = updates;
    virtual.clock.advance(50);
    expect(updates).toBe(before + 1);
    virtual.pool.close();
    expect(virtual.clock.pendingTimers).toBe(0);
  });
});

describe('an attempt that its call can do without', () => {
  /** @returns what the pool says of it. */
  function spare(
    virtual: VirtualPool,
    ...tried: readonly number[]
  ): { readonly call: TestCall; readonly said: unknown[] } {
    const said: unknown[] = [];
    const metadata = new Metadata({ waitForReady: true });
    attachAttemptContext(metadata, {
      tried: new Set(tried.map((n) => pod(n).id)),
      optional: true,
      onPicked: ({ id }) => said.push(id),
      onFailed: (failure) => said.push(failure),
    });
    return { call: virtual.call({ metadata }), said };
  }

  test('goes to a member that the call has not tried', () => {
    const virtual = VirtualPool.ready(3, { balancing: roundRobin() });
    for (let n = 0; n < 6; n += 1) expect(spare(virtual, 1, 2).said).toEqual([pod(3).id]);
  });

  test('is not made when there is no such member, and does not wait for one', async () => {
    const virtual = VirtualPool.ready(2, { balancing: roundRobin() });
    const { call, said } = spare(virtual, 1, 2);
    expect(said).toEqual(['unsent']);
    await turn();
    expect(call.status?.details).toBe('no other pod can be spared for an attempt that is not needed');
    expect(spare(VirtualPool.ready(0, { balancing: roundRobin() })).said).toEqual(['unsent']);
  });

  test('is not made while fewer than half of the members are ready', () => {
    const virtual = VirtualPool.ready(4, { balancing: roundRobin() });
    for (const n of [1, 2]) virtual.channel(n).loseUnnoticed();
    for (let n = 0; n < 4; n += 1) virtual.call();
    expect(spare(virtual, 3).said).toEqual([pod(4).id]);
    virtual.channel(3).loseUnnoticed();
    for (let n = 0; n < 4; n += 1) virtual.call();
    expect(spare(virtual).said).toEqual(['unsent']);
  });
});

describe('an attempt that had to wait is told', () => {
  /** @returns what the pool says of a call, in order. */
  function told(virtual: VirtualPool): unknown[] {
    const said: unknown[] = [];
    const metadata = new Metadata({ waitForReady: true });
    attachAttemptContext(metadata, {
      tried: new Set(),
      onDelayed: (delay) => said.push(delay),
      onPicked: ({ id }) => said.push(id),
      onFailed: (failure) => said.push(failure),
    });
    virtual.call({ metadata });
    return said;
  }

  test('of the name resolution and of the pick, each when its wait is over', () => {
    const virtual = new VirtualPool({ balancing: roundRobin() });
    const said = told(virtual);
    expect(said).toEqual([]);
    virtual.resolver.push([pod(1)]);
    expect(said).toEqual(['name-resolution']);
    virtual.channel(1).ready();
    expect(said).toEqual(['name-resolution', 'pick', pod(1).id]);
  });

  test('of the pick alone when the endpoints were known', () => {
    const virtual = VirtualPool.ready(0, { balancing: roundRobin() });
    virtual.resolver.push([pod(1)]);
    const said = told(virtual);
    virtual.channel(1).ready();
    expect(said).toEqual(['pick', pod(1).id]);
  });

  test('nothing when it went out at once, or did not get any further', () => {
    expect(told(VirtualPool.ready(1, { balancing: roundRobin() }))).toEqual([pod(1).id]);
    const virtual = new VirtualPool({ balancing: roundRobin() });
    const said = told(virtual);
    virtual.pool.close();
    expect(said).toEqual(['unsent']);
  });
});
