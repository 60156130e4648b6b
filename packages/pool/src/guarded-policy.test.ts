import { roundRobin, type BalancingPolicy } from '@fairlead/core';
import { status } from '@grpc/grpc-js';
import { describe, expect, test } from '@jest/globals';
import { ThrowingPolicy, type Where } from '../test/support/throwing-policy.js';
import { pod, turn, VirtualPool } from '../test/support/virtual-pool.js';

const inFlight = (virtual: VirtualPool): number[] => virtual.pool.snapshot().members.map((member) => member.inFlight);
const calls = (virtual: VirtualPool, ...pods: number[]): number[] => pods.map((n) => virtual.channel(n).calls.length);

function readyPool(count: number, idleTimeoutMs = Infinity) {
  const policy = new ThrowingPolicy();
  const virtual = VirtualPool.ready(count, { balancing: policy.make, idleTimeoutMs });
  return { policy, virtual, warnings: warningsOf(virtual) };
}

function warningsOf(virtual: VirtualPool): string[] {
  const warnings: string[] = [];
  virtual.pool.on('warning', ({ code, message }) => warnings.push(`${code}: ${message}`));
  return warnings;
}

const FAILED = (where: string, message: string): string =>
  `balancing-policy-failed: the balancing policy failed in ${where}: ${message}`;

describe('a policy that throws in update', () => {
  test('goes no further: the last good answer is used, for members that are ready', () => {
    const { policy, virtual, warnings } = readyPool(3);
    policy.where = 'update';
    virtual.channel(1).lose();
    virtual.resolver.push([pod(1), pod(2), pod(4)]);
    virtual.channel(4).ready();
    for (let n = 0; n < 12; n += 1) virtual.call();
    expect(warnings).toEqual([FAILED('update', 'boom in update')]);
    const [left] = virtual.channels.filter(({ endpoint }) => endpoint.id === pod(3).id);
    expect([left!.calls, calls(virtual, 1), virtual.pool.snapshot().waitingCalls]).toEqual([[], [0], 0]);
    const [second, fourth] = calls(virtual, 2, 4);
    expect([second! + fourth!, second! > 0, fourth! > 0]).toEqual([12, true, true]);
  });

  test('from the first on: all members are connected, and take turns', () => {
    const policy = new ThrowingPolicy('update');
    const virtual = VirtualPool.ready(2, { balancing: policy.make });
    for (let n = 0; n < 4; n += 1) virtual.call();
    expect(calls(virtual, 1, 2)).toEqual([2, 2]);
  });

  test('is asked again at every change, and after 1 s, 2 s, 4 s, 8 s, 10 s; what it answers then holds', () => {
    const { policy, virtual } = readyPool(1);
    policy.where = 'update';
    virtual.pool.setBalancing(policy.make);
    for (const seconds of [1, 2, 4, 8, 10, 10]) {
      const asked = policy.updates;
      virtual.clock.advance(seconds * 1_000 - 1);
      expect(policy.updates).toBe(asked);
      virtual.clock.advance(1);
      expect(policy.updates).toBe(asked + 1);
    }
    const asked = policy.updates;
    virtual.resolver.push([pod(1), pod(2)]);
    expect(policy.updates).toBeGreaterThan(asked);
    policy.where = undefined;
    virtual.clock.advance(10_000);
    virtual.channel(2).ready();
    expect(virtual.clock.pendingTimers).toBe(0);
  });

  test.each<[string, object]>([
    ['no picker', { picker: undefined }],
    ['a stranger to connect', { connect: [{}] }],
    ['a stranger who is ejected', { ejected: [{ member: {}, cause: 'success-rate', untilMs: 0 }] }],
    ['a time that is none', { revisitInMs: NaN }],
  ])('or answers %s, is one that failed', (_, wishes) => {
    const { policy, virtual, warnings } = readyPool(2);
    policy.wishes = () => wishes;
    virtual.resolver.push([pod(1), pod(2), pod(3)]);
    virtual.call();
    expect([warnings.length, inFlight(virtual).toSorted()]).toEqual([1, [0, 0, 1]]);
  });

  test('does so in turn with answers: the warning comes once a minute', () => {
    const { policy, virtual, warnings } = readyPool(1);
    policy.where = 'update';
    virtual.clock.advance(1_000);
    virtual.resolver.push([pod(2)]);
    virtual.resolver.push([pod(3)]);
    expect(warnings).toHaveLength(1);
    virtual.clock.advance(59_999);
    expect(warnings).toHaveLength(1);
    virtual.clock.advance(1);
    virtual.resolver.push([pod(4)]);
    expect(warnings).toHaveLength(2);
  });
});

describe('a policy that throws for a call', () => {
  test.each<[Where, string]>([
    ['pick', 'pick'],
    ['begin', 'Load.begin'],
  ])('in %s: that call ends with INTERNAL, nobody else', async (where, name) => {
    const { policy, virtual } = readyPool(1, 10_000);
    policy.where = where;
    const call = virtual.call();
    policy.where = undefined;
    call.call.cancelWithStatus(status.CANCELLED, 'too late');
    await turn();
    expect(call.statuses).toMatchObject([
      { code: status.INTERNAL, details: `the balancing policy failed in ${name}: boom in ${where}` },
    ]);
    const next = virtual.call();
    expect([inFlight(virtual), next.statuses]).toEqual([[1], []]);
    // A pool that counted its calls wrongly would fall asleep under this one, or never.
    virtual.clock.advance(60_000);
    expect(virtual.pool.snapshot().idleForMs).toBeUndefined();
    virtual.channel(1).calls[0]!.end();
    virtual.clock.advance(60_000);
    expect(virtual.pool.snapshot().idleForMs).toBeGreaterThan(0);
  });

  test.each<[Where]>([['pick'], ['begin']])('in %s: calls that wait behind it are placed', async (where) => {
    const policy = new ThrowingPolicy();
    const virtual = new VirtualPool({ balancing: policy.make });
    virtual.pool.connect();
    virtual.resolver.push([pod(1)]);
    const waiting = [virtual.call(), virtual.call(), virtual.call()];
    policy.where = where;
    policy.times = 1;
    virtual.channel(1).ready();
    await turn();
    expect(waiting.map((call) => call.status?.code)).toEqual([status.INTERNAL, undefined, undefined]);
    expect([calls(virtual, 1), virtual.pool.snapshot().waitingCalls]).toEqual([[2], 0]);
  });

  test.each<[Where, string]>([
    ['responded', 'Completion.responded'],
    ['end', 'Completion.end'],
  ])('in %s: the call gets its message and its status, and is counted', (where, name) => {
    const { policy, virtual, warnings } = readyPool(1, 10_000);
    const call = virtual.call();
    policy.where = where;
    virtual.channel(1).calls[0]!.respond();
    virtual.channel(1).calls[0]!.end();
    expect([call.messages.length, call.status?.code, inFlight(virtual)]).toEqual([1, status.OK, [0]]);
    expect(warnings).toEqual([FAILED(name, `boom in ${where}`)]);
    virtual.clock.advance(60_000);
    expect(virtual.pool.snapshot().idleForMs).toBeGreaterThan(0);
    virtual.pool.close();
    expect(virtual.pool.snapshot().draining).toEqual([]);
  });

  test('in valueAt: the snapshot and the explanation go on without it', () => {
    const { policy, virtual } = readyPool(1);
    policy.where = 'valueAt';
    expect(virtual.pool.snapshot().members[0]!.load).toBeNaN();
    expect(virtual.pool.explain()).toContain('load NaN');
  });
});

describe('a policy that throws when it makes or takes over loads', () => {
  test('createLoad at setBalancing: nothing has changed', () => {
    const virtual = VirtualPool.ready(2, { balancing: roundRobin() });
    virtual.call();
    const half = new ThrowingPolicy();
    let made = 0;
    const createLoad = half.createLoad.bind(half);
    half.createLoad = () => {
      if ((made += 1) === 2) half.where = 'createLoad';
      return createLoad();
    };
    expect(() => virtual.pool.setBalancing(half.make)).toThrow('boom in createLoad');
    expect([virtual.pool.snapshot().policy, inFlight(virtual).toSorted(), half.updates]).toEqual([
      'round_robin',
      [0, 1],
      0,
    ]);
  });

  test('adopt: calls in flight go on, and are counted by nobody', () => {
    const virtual = VirtualPool.ready(1, { balancing: roundRobin() });
    const warnings = warningsOf(virtual);
    const call = virtual.call();
    virtual.pool.setBalancing(new ThrowingPolicy('adopt').make);
    virtual.channel(1).calls[0]!.respond();
    virtual.channel(1).calls[0]!.end();
    expect([call.messages.length, call.status?.code, inFlight(virtual)]).toEqual([1, status.OK, [0]]);
    expect(warnings).toEqual([FAILED('Load.adopt', 'boom in adopt')]);
  });

  test('createLoad for new members: those that leave are gone, the new ones are tried again', () => {
    const { policy, virtual, warnings } = readyPool(2);
    policy.where = 'createLoad';
    virtual.resolver.push([pod(2), pod(3)]);
    const ids = (): string[] => virtual.pool.snapshot().members.map(({ endpoint }) => endpoint.id);
    expect([ids(), warnings]).toEqual([[pod(2).id], [FAILED('createLoad', 'boom in createLoad')]]);
    policy.where = undefined;
    virtual.clock.advance(1_000);
    expect(ids()).toEqual([pod(2).id, pod(3).id]);
  });
});

describe('a policy that contradicts itself', () => {
  test('whom it connects, it does not let go', () => {
    const policy = new ThrowingPolicy();
    policy.wishes = (members) => ({ letGo: members.slice(0, 1) });
    const virtual = VirtualPool.ready(2, { balancing: policy.make });
    const states = virtual.pool.snapshot().members.map(({ connectivity }) => connectivity);
    expect(states).toEqual(['ready', 'ready']);
    expect(policy.updates).toBeLessThan(20);
  });

  test('whom it lets a call wait for, it does not let go either, until the call is served', () => {
    const policy = new ThrowingPolicy();
    policy.wishes = ([member]) => ({
      connect: [],
      letGo: member ? [member] : [],
      picker: {
        pick: () =>
          member!.connectivity === 'ready' ? { kind: 'picked', member: member! } : { kind: 'wait', connect: member! },
      },
    });
    const virtual = new VirtualPool({ balancing: policy.make });
    virtual.pool.connect();
    virtual.resolver.push([pod(1)]);
    virtual.call({ waitForReady: true });
    expect(virtual.pool.snapshot().waitingCalls).toBe(1);
    virtual.channel(1).ready();
    expect([calls(virtual, 1), virtual.pool.snapshot().waitingCalls]).toEqual([[1], 0]);
    virtual.channel(1).calls[0]!.end();
    expect(virtual.pool.snapshot().members[0]!.connectivity).toBe('idle');
  });

  test('in turns: it is asked 100 times in a row, and again after a second', () => {
    const policy = new ThrowingPolicy();
    policy.wishes = (members) => ({
      connect: policy.updates % 2 === 1 ? members : [],
      letGo: policy.updates % 2 === 1 ? [] : members,
    });
    const virtual = new VirtualPool({ balancing: policy.make });
    const warnings = warningsOf(virtual);
    virtual.pool.connect();
    virtual.resolver.push([pod(1), pod(2)]);
    expect([policy.updates, warnings]).toEqual([
      100,
      [FAILED('update', 'its answers contradict each other, and do not come to an end')],
    ]);
    virtual.clock.advance(1_000);
    expect(policy.updates).toBe(200);
  });

  test('a pick that makes it reconsider does not do so for ever', () => {
    let reconsider = (): void => undefined;
    const inner = roundRobin()();
    let updates = 0;
    const restless: BalancingPolicy = {
      name: 'restless',
      createLoad: () => inner.createLoad(),
      update(members, context) {
        ({ reconsider } = context);
        updates += 1;
        const pick = (): { kind: 'wait' } => {
          reconsider();
          return { kind: 'wait' };
        };
        return { ...inner.update(members, context), picker: { pick } };
      },
    };
    const virtual = new VirtualPool({ balancing: () => restless });
    virtual.pool.connect();
    virtual.call({ waitForReady: true });
    virtual.resolver.push([pod(1)]);
    expect(virtual.pool.snapshot().waitingCalls).toBe(1);
    expect(updates).toBeLessThan(1_000);
  });
});
