import { describe, expect, test } from '@jest/globals';
import { status } from '@grpc/grpc-js';
import { pod, turn, VirtualPool } from '../test/support/virtual-pool.js';
import type { PoolOptions } from './options.js';
import { planRotation, type Aging, type RotationPlan } from './rotation.js';

const AGE_MS = 10_000;
const OLDEST_MS = AGE_MS * 1.1;

const member = (rotationDueAt: number, rest: Partial<Aging> = {}): Aging => ({
  connectivity: 'ready',
  rotating: false,
  rotationDueAt,
  rotationReason: 'age',
  ...rest,
});

/** At the time 100, with an age of 1000. Who is not connected has not been since `since`. */
function plan(members: readonly Aging[], since = 100, now = 100): RotationPlan<Aging> {
  const troubled = members.filter(({ connectivity }) => /^(connecting|transient-failure)$/.test(connectivity));
  return planRotation(members, now, new Map(troubled.map((one) => [one, since])), 1_000);
}

describe('the plan of a rotation', () => {
  const young = (count: number): Aging[] => Array.from({ length: count }, () => member(900));

  test('takes the oldest of those that are due, one at a time in a small pool', () => {
    const [a, b] = [member(90), member(80)];
    expect(plan([a, b, ...young(3)])).toEqual({ start: [b], revisitInMs: 800, overdue: false });
  });

  test('takes 10 % of a large pool at a time, those under way included', () => {
    const due = [member(1), member(2), member(3)];
    expect(plan([...due, ...young(26)]).start).toEqual(due.slice(0, 2));
    expect(plan([...due, ...young(27)]).start).toEqual(due);
    const underWay = [member(0, { rotating: true }), member(0, { rotating: true })];
    expect(plan([...underWay, ...due, ...young(25)]).start).toEqual(due.slice(0, 1));
  });

  describe.each(['connecting', 'transient-failure'])('while a member is %s', (connectivity) => {
    const away = member(Infinity, { connectivity });

    test('takes nobody for a minute, and then those that are due', () => {
      const members = [member(1), ...young(1), away];
      expect(plan(members)).toEqual({ start: [], revisitInMs: 800, overdue: false });
      expect(plan(members, 100, 60_099)).toEqual({ start: [], revisitInMs: 1, overdue: true });
      expect(plan(members, 100, 60_100).start).toEqual([members[0]]);
    });

    test('takes those with older credentials at once, no more than the limit', () => {
      const members = [member(1), ...[90, 95].map((at) => member(at, { rotationReason: 'credentials' })), away];
      expect(plan(members).start).toEqual([members[1]]);
      members[2] = member(0, { rotating: true });
      expect(plan(members).start).toEqual([]);
    });

    test('is overdue when a connection has twice its age, and not before', () => {
      expect(plan([member(1), away], 100, 1_000)).toEqual({ start: [], revisitInMs: 1, overdue: false });
      expect(plan([member(1), away], 100, 1_001)).toMatchObject({ start: [], overdue: true });
    });

    test('takes nobody when fewer than half are connected, however long', () => {
      expect(plan([member(1), away, { ...away }], 100, 1e9)).toEqual({
        start: [],
        revisitInMs: undefined,
        overdue: true,
      });
      expect(plan([member(1), away], 100, 1e9).start).toHaveLength(1);
    });
  });

  test('does not mind members that the policy leaves idle', () => {
    const due = member(1);
    expect(plan([due, ...[1, 2].map(() => member(Infinity, { connectivity: 'idle' }))]).start).toEqual([due]);
  });

  test('has nothing to wait for when no connection ages', () => {
    const nothing = { start: [], revisitInMs: undefined, overdue: false };
    expect(plan([])).toEqual(nothing);
    expect(plan([member(Infinity)])).toEqual(nothing);
    expect(plan([member(Infinity), member(Infinity, { connectivity: 'connecting' })])).toEqual(nothing);
  });
});

function ready(count: number, options: PoolOptions = {}, seed = 1): VirtualPool {
  const virtual = new VirtualPool({ maxConnectionAgeMs: AGE_MS, ...options }, undefined, seed);
  virtual.pool.connect();
  virtual.resolver.push(Array.from({ length: count }, (_, index) => pod(index + 1)));
  for (const channel of [...virtual.channels]) channel.ready();
  return virtual;
}

/** A pool in which a successor is under way. */
function aged(count = 1): VirtualPool {
  const virtual = ready(count, { maxConnectionAgeGraceMs: 2_000 });
  virtual.clock.advance(OLDEST_MS);
  return virtual;
}

const connectivities = (virtual: VirtualPool): string[] =>
  virtual.pool.snapshot().members.map((one) => one.connectivity);

describe('a connection that is old enough', () => {
  test('is left only when the new one is ready; then at once', () => {
    const virtual = aged();
    const [old, fresh] = virtual.channels;
    expect(fresh!.connecting).toBe(true);
    const before = virtual.call();
    expect(old!.calls).toHaveLength(1);
    fresh!.ready();
    virtual.call();
    expect([old!.calls.length, fresh!.calls.length]).toEqual([1, 1]);
    old!.calls[0]!.end();
    expect(before.status).toMatchObject({ code: status.OK });
    expect(old!.closed).toBe(true);
    expect(fresh!.closed).toBe(false);
  });

  test('does not disturb: no change of state, no new picker, the statistics of the member stay', () => {
    const virtual = aged();
    const seen: unknown[] = [];
    virtual.pool.on('member', (change) => seen.push(change)).on('state', (change) => seen.push(change));
    const rotated: number[] = [];
    virtual.pool.on('rotated', ({ ageMs }) => rotated.push(ageMs));
    virtual.call();
    const { generation } = virtual.pool.snapshot();
    virtual.channel(1).ready();
    expect(seen).toEqual([]);
    expect(virtual.pool.snapshot()).toMatchObject({ generation, members: [{ inFlight: 1 }] });
    expect(rotated).toEqual([OLDEST_MS]);
  });

  test('is jittered by 10 %', () => {
    const starts: number[] = [];
    for (let seed = 1; seed <= 40; seed += 1) {
      const virtual = ready(1, {}, seed);
      const since = virtual.clock.now();
      while (virtual.channels.length === 1) virtual.clock.advance(50);
      starts.push(virtual.clock.now() - since);
    }
    expect(Math.min(...starts)).toBeGreaterThanOrEqual(AGE_MS * 0.9);
    expect(Math.max(...starts)).toBeLessThanOrEqual(AGE_MS * 1.1);
    expect(Math.max(...starts) - Math.min(...starts)).toBeGreaterThan(AGE_MS * 0.1);
  });

  test('cuts a call that runs longer than the grace, with a text that says why', async () => {
    const virtual = aged();
    const told: unknown[] = [];
    virtual.pool.on('rotationCut', (cut) => told.push(cut));
    const call = virtual.call();
    virtual.channels[1]!.ready();
    virtual.clock.advance(1_999);
    await turn();
    expect(call.statuses).toEqual([]);
    virtual.clock.advance(1);
    await turn();
    expect(call.status).toMatchObject({
      code: status.UNAVAILABLE,
      details:
        'the connection to 10.0.0.1:50051 was replaced because of its age and the call did not end within 2000 ms',
    });
    expect(virtual.channels[0]!.closed).toBe(true);
    expect(told).toEqual([{ endpoint: pod(1), cut: 1, reason: 'age' }]);
  });

  test('stays in use when the new one fails, which is tried again later, and a warning tells', async () => {
    const virtual = aged();
    const warnings: unknown[] = [];
    virtual.pool.on('warning', (warning) => warnings.push(warning));
    virtual.channels[1]!.refuse('connect ECONNREFUSED 10.0.0.1:50051');
    await turn();
    expect(connectivities(virtual)).toEqual(['ready']);
    expect(virtual.channels[1]!.closed).toBe(true);
    expect(warnings).toEqual([
      {
        code: 'rotation-failed',
        message:
          'the connection to 10.0.0.1:50051 is to be replaced and stays, because a new one failed: connect ECONNREFUSED 10.0.0.1:50051',
      },
    ]);
    virtual.call();
    expect(virtual.channels[0]!.calls).toHaveLength(1);
    virtual.clock.advance(799);
    expect(virtual.channels).toHaveLength(2);
    virtual.clock.advance(401);
    virtual.channels[2]!.ready();
    virtual.call();
    expect(virtual.channels[2]!.calls).toHaveLength(1);
  });

  test('is succeeded by the connection under way when it is lost meanwhile', () => {
    const virtual = aged();
    virtual.channels[0]!.lose();
    expect(connectivities(virtual)).toEqual(['connecting']);
    virtual.channels[1]!.ready();
    expect(connectivities(virtual)).toEqual(['ready']);
    expect(virtual.channels).toHaveLength(2);
  });

  test('waits while another member is not connected', () => {
    const virtual = ready(2);
    virtual.clock.advance(1_500);
    virtual.channel(1).lose();
    virtual.clock.advance(4_999);
    virtual.channel(1).refuse();
    virtual.clock.advance(OLDEST_MS);
    expect(virtual.channels.filter((one) => one.endpoint.id.startsWith('10.0.0.2'))).toHaveLength(1);
    virtual.channel(1).ready();
    expect(virtual.channels.filter((one) => one.endpoint.id.startsWith('10.0.0.2'))).toHaveLength(2);
  });

  test('is replaced although one pod stays unreachable; a warning tells, once, that it was late', () => {
    const virtual = ready(3);
    const warnings: string[] = [];
    virtual.pool.on('warning', ({ code, message }) => {
      if (code === 'rotation-paused') warnings.push(message);
    });
    const rotated = new Set<string>();
    virtual.pool.on('rotated', ({ endpoint }) => rotated.add(endpoint.id));
    virtual.channel(3).lose();
    for (let step = 0; step < 900; step += 1) {
      virtual.clock.advance(100);
      for (const channel of virtual.channels) {
        if (channel.connecting && channel.endpoint.id !== pod(3).id) channel.ready();
      }
      if (virtual.clock.now() < 60_000) expect(rotated.size).toBe(0);
    }
    expect([...rotated].sort()).toEqual([pod(1).id, pod(2).id]);
    expect(warnings).toEqual([
      'connections stay in use at twice maxConnectionAgeMs, because pods are not connected: 10.0.0.3:50051',
    ]);
  });

  test('is replaced member by member, each again and again, with nobody unpickable in between', () => {
    const virtual = ready(8);
    const rotated = new Map<string, number>();
    virtual.pool.on('rotated', ({ endpoint }) => rotated.set(endpoint.id, (rotated.get(endpoint.id) ?? 0) + 1));
    for (let step = 0; step < 1_200; step += 1) {
      virtual.clock.advance(100);
      expect(connectivities(virtual)).toEqual(Array.from({ length: 8 }, () => 'ready'));
      const underWay = virtual.channels.filter((channel) => channel.connecting);
      expect(underWay.length).toBeLessThanOrEqual(1);
      for (const channel of underWay) channel.ready();
    }
    expect([...rotated.values()].every((times) => times >= 10)).toBe(true);
    expect(rotated.size).toBe(8);
    expect(virtual.channels.filter((channel) => !channel.closed)).toHaveLength(8);
  });

  test('leaves nothing when the pool closes with a successor under way', () => {
    const virtual = aged(3);
    const closed: string[] = [];
    virtual.pool.on('closed', () => closed.push('closed'));
    virtual.pool.close();
    expect(virtual.channels.every((channel) => channel.closed)).toBe(true);
    expect(virtual.clock.pendingTimers).toBe(0);
    expect(closed).toEqual(['closed']);
  });
});
