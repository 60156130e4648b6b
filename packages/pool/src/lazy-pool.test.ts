import { describe, expect, test } from '@jest/globals';
import {
  OutstandingLoad,
  randomSubsetting,
  ringHash,
  roundRobin,
  setHashKey,
  type AttemptContext,
  type BalancingPolicy,
  attachAttemptContext,
} from '@fairlead/core';
import * as grpc from '@grpc/grpc-js';
import { pod, turn, VirtualPool, type TestCall } from '../test/support/virtual-pool.js';
import type { PoolOptions } from './options.js';

const PODS = [1, 2, 3, 4];
const hashed = { balancing: ringHash() };
const subsetOverRing = { balancing: randomSubsetting({ subsetSize: 3, childPolicy: ringHash() }) };

/** Connected with nobody: a pool over four pods whose policy is lazy. */
function lazyPool(options: PoolOptions = hashed): VirtualPool {
  const virtual = new VirtualPool(options);
  // Starts the resolver; nobody is known yet.
  virtual.pool.connect();
  virtual.resolver.push(PODS.map(pod));
  return virtual;
}

const keyOf = (n: number): string => `${pod(n).id}_0`;

function callWith(virtual: VirtualPool, key: string, attempt?: AttemptContext): TestCall {
  const metadata = new grpc.Metadata();
  setHashKey(metadata, key);
  if (attempt) attachAttemptContext(metadata, attempt);
  return virtual.call({ metadata });
}

const stateOf = (virtual: VirtualPool): string => grpc.connectivityState[virtual.pool.getConnectivityState(false)];
const dialed = (virtual: VirtualPool): string[] => virtual.channels.map(({ endpoint }) => endpoint.id);
const idsOf = (...numbers: number[]): string[] => numbers.map((n) => pod(n).id);

describe('a pool whose policy connects what calls need', () => {
  // grpc-go TestRingHash_IdleToReady.
  test('is idle until a call comes, connects its pod, and gives it the call', async () => {
    const virtual = lazyPool();
    expect([dialed(virtual), stateOf(virtual)]).toEqual([[], 'IDLE']);
    const call = callWith(virtual, keyOf(2));
    expect([dialed(virtual), stateOf(virtual), call.status]).toEqual([idsOf(2), 'CONNECTING', undefined]);
    virtual.channel(2).ready();
    await turn();
    expect([stateOf(virtual), virtual.channel(2).calls.length]).toEqual(['READY', 1]);
    callWith(virtual, keyOf(2));
    expect([dialed(virtual), virtual.channel(2).calls.length]).toEqual([idsOf(2), 2]);
  });

  test('calls of different keys connect their own pods, and wait for nobody else', async () => {
    const virtual = lazyPool();
    callWith(virtual, keyOf(1));
    callWith(virtual, keyOf(3));
    expect(dialed(virtual)).toEqual(idsOf(1, 3));
    virtual.channel(3).ready();
    await turn();
    expect([virtual.channel(3).calls.length, virtual.channel(1).calls.length]).toEqual([1, 0]);
    virtual.channel(1).ready();
    await turn();
    expect(virtual.channel(1).calls).toHaveLength(1);
  });

  // grpc-go TestRingHash_TransientFailureCheckNextOne, _ContinuesConnectingWithoutPicks.
  test('tries the next pod when one cannot be reached, also when the call has given up meanwhile', async () => {
    const virtual = lazyPool();
    const call = callWith(virtual, keyOf(1));
    call.call.cancelWithStatus(grpc.status.CANCELLED, 'enough');
    virtual.channel(1).refuse();
    await turn();
    expect(dialed(virtual)).toHaveLength(2);
    for (let dials = 2; dials < PODS.length; dials += 1) {
      virtual.channels.at(-1)!.refuse();
      await turn();
      expect(dialed(virtual)).toHaveLength(dials + 1);
    }
    expect(stateOf(virtual)).toBe('TRANSIENT_FAILURE');
    virtual.channels.at(-1)!.ready();
    const next = callWith(virtual, keyOf(1));
    await turn();
    expect([stateOf(virtual), next.status, virtual.channels.at(-1)!.calls.length]).toEqual(['READY', undefined, 1]);
  });

  // grpc-go TestRingHash_ReattemptWhenAllEndpointsUnreachable.
  test('fails calls when all pods have failed, not before, and serves them when one is back', async () => {
    const virtual = lazyPool();
    const early = callWith(virtual, keyOf(1));
    for (let n = 0; n < PODS.length; n += 1) {
      await turn();
      expect(early.status).toBeUndefined();
      virtual.channels[n]!.refuse();
    }
    await turn();
    expect([early.status?.code, early.status?.details]).toEqual([
      14,
      expect.stringContaining('can be reached (4 tried)'),
    ]);
    virtual.clock.advance(1_500);
    virtual.channel(3).ready();
    const late = callWith(virtual, keyOf(1));
    await turn();
    expect([late.status, virtual.channel(3).calls.length]).toEqual([undefined, 1]);
  });

  // grpc-go TestRingHash_ReconnectToMoveOutOfTransientFailure, _ReattemptWhenGoingFromTransientFailureToIdle.
  test('comes out of its failure by itself', async () => {
    const virtual = new VirtualPool(hashed);
    virtual.pool.connect();
    virtual.resolver.push([pod(1)]);
    callWith(virtual, 'k');
    virtual.channel(1).refuse();
    await turn();
    expect(stateOf(virtual)).toBe('TRANSIENT_FAILURE');
    virtual.clock.advance(1_500);
    virtual.channel(1).ready();
    expect(stateOf(virtual)).toBe('READY');
  });

  /** Two pods have failed, one is ready, one is idle. */
  async function afterTwoFailures(): Promise<VirtualPool> {
    const virtual = lazyPool();
    callWith(virtual, keyOf(1)).call.cancelWithStatus(grpc.status.CANCELLED, 'enough');
    for (let n = 0; n < 2; n += 1) {
      virtual.channels[n]!.refuse();
      await turn();
    }
    virtual.channels[2]!.ready();
    expect([dialed(virtual).length, stateOf(virtual)]).toEqual([3, 'READY']);
    return virtual;
  }

  // grpc-go TestRingHash_RecoverWhenEndpointEntersIdle.
  test('tries the last pod when the only ready one is lost, and must back off', async () => {
    const virtual = await afterTwoFailures();
    virtual.channels[2]!.lose();
    expect(new Set(dialed(virtual))).toEqual(new Set(idsOf(1, 2, 3, 4)));
    virtual.channels[3]!.ready();
    expect(stateOf(virtual)).toBe('READY');
  });

  // grpc-go TestRingHash_RecoverWhenResolverRemovesEndpoint.
  test('tries the last pod when the only ready one is removed', async () => {
    const virtual = await afterTwoFailures();
    const removed = virtual.channels[2]!.endpoint.id;
    virtual.resolver.push(PODS.map(pod).filter(({ id }) => id !== removed));
    expect(new Set(dialed(virtual))).toEqual(new Set(idsOf(1, 2, 3, 4)));
    virtual.channels[3]!.ready();
    expect(stateOf(virtual)).toBe('READY');
  });

  test('a pod that is removed while a call waits for it hands the call on', async () => {
    const virtual = lazyPool();
    callWith(virtual, keyOf(1));
    virtual.resolver.push([2, 3, 4].map(pod));
    expect(dialed(virtual)).toHaveLength(2);
    virtual.channels.at(-1)!.ready();
    await turn();
    expect(virtual.channels.at(-1)!.calls).toHaveLength(1);
  });

  // grpc-go TestRingHash_TransientFailureSkipToAvailableReady.
  test('goes to the next pod while its own fails, and back when that has recovered', async () => {
    const virtual = lazyPool();
    callWith(virtual, keyOf(1));
    virtual.channel(1).refuse();
    await turn();
    // The next along the ring for the call, and one that is tried without it.
    const others = virtual.channels.slice(1);
    for (const channel of others) channel.ready();
    await turn();
    const served = others.filter(({ calls }) => calls.length === 1);
    expect(served).toHaveLength(1);
    callWith(virtual, keyOf(1));
    expect(served[0]!.calls).toHaveLength(2);
    virtual.clock.advance(1_500);
    virtual.channel(1).ready();
    callWith(virtual, keyOf(1));
    await turn();
    expect([virtual.channel(1).calls.length, served[0]!.calls.length]).toEqual([1, 2]);
  });

  test('a call without a key goes to a pod that is ready, and connects another one for those that come', async () => {
    const virtual = lazyPool();
    const first = virtual.call();
    expect(dialed(virtual)).toHaveLength(1);
    virtual.channels[0]!.ready();
    await turn();
    expect([first.status, virtual.channels[0]!.calls.length]).toEqual([undefined, 1]);
    for (let n = 0; n < 50; n += 1) {
      virtual.call();
      for (const channel of [...virtual.channels]) if (channel.calls.length === 0) channel.ready();
    }
    expect(new Set(dialed(virtual))).toEqual(new Set(idsOf(1, 2, 3, 4)));
    expect(virtual.pool.snapshot().waitingCalls).toBe(0);
  });

  test('connect() and ready() connect one pod, when no call says which', async () => {
    const connected = lazyPool();
    connected.pool.connect();
    connected.pool.connect();
    expect([dialed(connected).length, stateOf(connected)]).toEqual([1, 'CONNECTING']);
    const virtual = new VirtualPool({ ...hashed, minReadyMembers: 3 });
    const ready = virtual.pool.ready();
    virtual.resolver.push(PODS.map(pod));
    expect(dialed(virtual)).toHaveLength(1);
    virtual.channels[0]!.ready();
    await expect(ready).resolves.toBeUndefined();
  });

  test('an attempt that its call can do without is not refused because others are idle', async () => {
    const virtual = lazyPool();
    for (const n of [1, 2]) callWith(virtual, keyOf(n));
    for (const n of [1, 2]) virtual.channel(n).ready();
    await turn();
    const attempt = { tried: new Set<string>(), optional: true, onPicked: () => undefined, onFailed: () => undefined };
    const hedge = callWith(virtual, keyOf(2), attempt);
    await turn();
    expect([hedge.status, virtual.channel(2).calls.length]).toEqual([undefined, 2]);
  });

  test('falls idle and connects again the pod that a call needs, and no other', async () => {
    const virtual = lazyPool({ ...hashed, idleTimeoutMs: 10_000 });
    const calls = [callWith(virtual, keyOf(1)), callWith(virtual, keyOf(2))];
    for (const n of [1, 2]) virtual.channel(n).ready();
    await turn();
    for (const n of [1, 2]) virtual.channel(n).calls[0]!.end();
    virtual.clock.advance(10_000);
    expect([stateOf(virtual), ...calls.map(({ status }) => status?.code)]).toEqual(['IDLE', 0, 0]);
    callWith(virtual, keyOf(2));
    expect(dialed(virtual)).toEqual(idsOf(1, 2, 2));
  });
});

test('a call that is served while it gets another pod connected waits no longer', async () => {
  const greedy: BalancingPolicy = {
    name: 'greedy',
    createLoad: () => new OutstandingLoad(),
    update(members) {
      const [first, second] = members as [(typeof members)[0], (typeof members)[0]];
      const pick = () => {
        if (first.connectivity !== 'ready') return { kind: 'wait' as const };
        if (second.connectivity === 'idle') return { kind: 'wait' as const, connect: second };
        return { kind: 'picked' as const, member: first };
      };
      return { picker: { pick }, connect: [first] };
    },
  };
  const virtual = new VirtualPool({ balancing: () => greedy });
  const call = virtual.call();
  virtual.resolver.push([pod(1), pod(2)]);
  virtual.channel(1).ready();
  await turn();
  expect([virtual.pool.snapshot().waitingCalls, virtual.channel(1).calls.length]).toEqual([0, 1]);
  virtual.channel(1).calls[0]!.end();
  expect(call.status?.code).toBe(0);
});

describe('a pool whose policy uses some pods only', () => {
  test('a call that waits gets its pod connected through the policy above', async () => {
    const virtual = lazyPool(subsetOverRing);
    expect(dialed(virtual)).toEqual([]);
    callWith(virtual, 'some key');
    expect([dialed(virtual).length, stateOf(virtual)]).toEqual([1, 'CONNECTING']);
    virtual.channels[0]!.ready();
    await turn();
    expect(virtual.channels[0]!.calls).toHaveLength(1);
  });

  test('fails calls when all of these have failed, whatever the others are', async () => {
    const virtual = lazyPool({ balancing: randomSubsetting({ subsetSize: 2, childPolicy: roundRobin() }) });
    expect(dialed(virtual)).toHaveLength(2);
    const call = virtual.call();
    for (const channel of [...virtual.channels]) channel.refuse();
    await turn();
    expect(call.status?.details).toContain('can be reached (2 tried)');
    expect(stateOf(virtual)).toBe('TRANSIENT_FAILURE');
  });

  test('is ready when all of these are, and spares attempts by them', async () => {
    const options = { balancing: randomSubsetting({ subsetSize: 2, childPolicy: roundRobin() }), minReadyMembers: 4 };
    const virtual = new VirtualPool(options);
    const ready = virtual.pool.ready();
    virtual.resolver.push(PODS.map(pod));
    for (const channel of [...virtual.channels]) channel.ready();
    await expect(ready).resolves.toBeUndefined();
    const attempt = { tried: new Set<string>(), optional: true, onPicked: () => undefined, onFailed: () => undefined };
    const metadata = new grpc.Metadata();
    attachAttemptContext(metadata, attempt);
    const hedge = virtual.call({ metadata });
    await turn();
    expect(hedge.status).toBeUndefined();
  });

  test('a pod that leaves the subset ends its calls in peace', () => {
    const virtual = lazyPool({ balancing: randomSubsetting({ subsetSize: 2, childPolicy: roundRobin() }) });
    for (const channel of [...virtual.channels]) channel.ready();
    const before = [...virtual.channels];
    const calls = [virtual.call(), virtual.call()];
    // Among so many, both are out of the subset.
    virtual.resolver.push(Array.from({ length: 60 }, (_, index) => pod(index + 1)));
    expect(before.some((channel) => channel.closed)).toBe(false);
    for (const channel of before) channel.calls[0]!.end();
    const connected = virtual.pool.snapshot().members.filter(({ connectivity }) => connectivity !== 'idle');
    expect([connected.length, before.every((channel) => channel.closed)]).toEqual([2, true]);
    expect(calls.map(({ status }) => status?.code)).toEqual([0, 0]);
  });
});
