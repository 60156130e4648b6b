import { describe, expect, test } from '@jest/globals';
import {
  attachAttemptContext,
  failureAccrual,
  outlierDetection,
  priority,
  roundRobin,
  type BalancingPolicy,
  type SparedOutlier,
} from '@fairlead/core';
import { connectivityState, Metadata, status } from '@grpc/grpc-js';
import { POOL_EVENT_LINES } from './event-lines.js';
import { pod, turn, VirtualPool } from '../test/support/virtual-pool.js';

const accrual = { balancing: failureAccrual({ childPolicy: roundRobin(), jitterRatio: 0, minSuccessRatio: 0 }) };

/** Ends everything that is in flight: on these pods with INTERNAL, on the others with OK. */
function endAll(virtual: VirtualPool, failing: readonly number[]): void {
  for (const channel of virtual.channels) {
    const bad = failing.some((n) => pod(n).id === channel.endpoint.id);
    for (const call of channel.calls) call.end(bad ? status.INTERNAL : status.OK);
  }
}

/** Calls until each pod had seven, of which these failed. */
function failPods(virtual: VirtualPool, ...failing: number[]): void {
  for (let n = 0; n < 7 * virtual.pool.snapshot().members.length; n += 1) virtual.call();
  endAll(virtual, failing);
}

const callsOf = (virtual: VirtualPool, n: number): number => virtual.channel(n).calls.length;

describe('a pod that is ejected', () => {
  test('gets no calls, keeps its connection, and is shown with the cause and the time', () => {
    const virtual = VirtualPool.ready(5, accrual);
    failPods(virtual, 2);
    const before = callsOf(virtual, 2);
    for (let n = 0; n < 40; n += 1) virtual.call();
    expect([callsOf(virtual, 2) - before, virtual.channel(2).closed, virtual.channels.length]).toEqual([0, false, 5]);
    virtual.clock.advance(400);
    const { counters, members, panic, state } = virtual.pool.snapshot();
    expect(members.map(({ ejected }) => ejected)).toEqual([
      undefined,
      { cause: 'consecutive-failures', forMs: 600, heeded: true },
      undefined,
      undefined,
      undefined,
    ]);
    expect([panic, state, counters.panics, counters.ejections['consecutive-failures']]).toEqual([false, 'READY', 0, 1]);
    expect(virtual.pool.explain().split('\n')[2]).toBe(
      '10.0.0.2:50051: not pickable, ejected (consecutive-failures) for another 600 ms; load 0, 0 in flight, picked 400 ms ago',
    );
    virtual.clock.advance(600);
    expect(virtual.pool.explain()).toContain(
      '10.0.0.2:50051: not pickable, ejected (consecutive-failures) and being tried;',
    );
    expect(virtual.pool.snapshot().members[1]?.ejected).toEqual({
      cause: 'consecutive-failures',
      forMs: 0,
      heeded: true,
    });
    endAll(virtual, []);
    virtual.clock.advance(1_000);
    expect(virtual.clock.pendingTimers).toBe(0);
  });

  test('is told once for each ejection, and again when it is back', () => {
    const virtual = VirtualPool.ready(5, accrual);
    const told: unknown[] = [];
    virtual.pool.on('ejected', ({ endpoint, cause, forMs }) => told.push(['ejected', endpoint.id, cause, forMs]));
    virtual.pool.on('readmitted', ({ endpoint, ejectedForMs }) => told.push(['readmitted', endpoint.id, ejectedForMs]));
    failPods(virtual, 2);
    virtual.clock.advance(1_000);
    virtual.call();
    endAll(virtual, [2]);
    virtual.clock.advance(2_000);
    virtual.call();
    endAll(virtual, []);
    expect(told).toEqual([
      ['ejected', pod(2).id, 'consecutive-failures', 1_000],
      ['readmitted', pod(2).id, 3_000],
    ]);
    expect(virtual.pool.snapshot().counters.ejections['consecutive-failures']).toBe(1);
  });

  test('is not admitted again by leaving', () => {
    const virtual = VirtualPool.ready(3, accrual);
    virtual.pool.on('readmitted', () => {
      throw new Error('told');
    });
    failPods(virtual, 2);
    virtual.resolver.push([pod(1), pod(3)]);
    expect(virtual.pool.snapshot().members.map(({ ejected }) => ejected)).toEqual([undefined, undefined]);
  });

  test('is none under another policy', () => {
    const virtual = VirtualPool.ready(3, accrual);
    const told: unknown[] = [];
    virtual.pool.on('readmitted', ({ endpoint }) => told.push(endpoint.id));
    failPods(virtual, 2);
    virtual.pool.setBalancing(roundRobin());
    expect([told, virtual.pool.explain().includes('ejected')]).toEqual([[pod(2).id], false]);
  });

  test('is by the interval of outlier detection one whose time is told, in seconds when they are many', () => {
    const balancing = outlierDetection({
      failurePercentageEjection: { minimumHosts: 1, requestVolume: 1 },
      childPolicy: roundRobin(),
    });
    const virtual = VirtualPool.ready(4, { balancing });
    failPods(virtual, 1);
    virtual.clock.advance(10_000);
    expect(virtual.clock.pendingTimers).toBe(1);
    expect(virtual.pool.explain()).toContain(
      '10.0.0.1:50051: not pickable, ejected (failure-percentage) for another 40 s;',
    );
    virtual.clock.advance(40_000);
    expect(virtual.pool.explain()).not.toContain('ejected');
  });

  test('whose connection is lost is not ready, whatever else it is', () => {
    const virtual = VirtualPool.ready(3, accrual);
    failPods(virtual, 2);
    virtual.clock.advance(500);
    virtual.channel(2).lose();
    expect(virtual.pool.explain()).toContain('10.0.0.2:50051: not pickable, backing off');
    virtual.clock.advance(5_000);
    virtual.channel(2).ready();
    expect(virtual.pool.explain()).toContain('10.0.0.2:50051: not pickable, ejected');
    virtual.call();
    expect(callsOf(virtual, 2)).toBe(1);
  });
});

describe('a panic', () => {
  test('serves on all pods: the pool stays ready, and says so', () => {
    const virtual = VirtualPool.ready(3, accrual);
    const told: unknown[] = [];
    virtual.pool.on('panic', (panic) => told.push(panic));
    virtual.pool.on('state', ({ to }) => told.push(to));
    failPods(virtual, 1, 2, 3);
    expect([virtual.pool.getConnectivityState(false), virtual.pool.snapshot().panic]).toEqual([
      connectivityState.READY,
      true,
    ]);
    const counts = [1, 2, 3].map((n) => callsOf(virtual, n));
    for (let n = 0; n < 30; n += 1) virtual.call();
    expect([1, 2, 3].map((n) => callsOf(virtual, n) - counts[n - 1]!)).toEqual([10, 10, 10]);
    const [first, second] = virtual.pool.explain().split('\n');
    expect(first).toBe(
      'test:///pods: READY, failure_accrual, 3 pods, 0 calls waiting, too many are ejected, so 3 of them get calls nevertheless',
    );
    expect(second).toContain('10.0.0.1:50051: ready, although ejected (consecutive-failures) for another 1000 ms;');
    virtual.clock.advance(1_000);
    for (let n = 0; n < 3; n += 1) virtual.call();
    endAll(virtual, []);
    expect(virtual.pool.snapshot()).toMatchObject({ panic: false, counters: { panics: 1 } });
    expect(told).toEqual([
      { active: true, ready: 3, ejected: 2, unheeded: 2 },
      { active: false, ready: 3, ejected: 1, unheeded: 0 },
    ]);
  });
});

/** Pods 1 to 3 of the first priority, 4 to 6 of the second; 1, 2 and 4 are ejected. */
function panicInOneTier(): VirtualPool {
  const virtual = VirtualPool.ready(0, { balancing: priority({ childPolicy: accrual.balancing }) });
  const push = (first: number): void =>
    virtual.resolver.push(
      [1, 2, 3, 4, 5, 6].map((n) => ({ ...pod(n), attributes: { priority: n > 3 === first > 3 ? 0 : 1 } })),
    );
  push(4);
  for (const channel of [...virtual.channels]) channel.ready();
  for (let n = 0; n < 21; n += 1) virtual.call();
  endAll(virtual, [4]);
  push(1);
  for (let n = 0; n < 21; n += 1) virtual.call();
  endAll(virtual, [1, 2]);
  return virtual;
}

describe('a panic in one tier', () => {
  test('is none in the others: their ejected pods get no calls, and are shown so', () => {
    const virtual = panicInOneTier();
    const { members, panic } = virtual.pool.snapshot();
    expect(panic).toBe(true);
    expect(members.map(({ ejected }) => ejected?.heeded)).toEqual([
      false,
      false,
      undefined,
      true,
      undefined,
      undefined,
    ]);
    const [first, ...pods] = virtual.pool.explain().split('\n');
    expect(first).toContain('too many are ejected, so 2 of them get calls nevertheless');
    expect(pods[0]).toContain('10.0.0.1:50051: ready, although ejected');
    expect(pods[3]).toContain('10.0.0.4:50051: not pickable, ejected');
  });

  test('leaves a call that has tried the others nobody to try', () => {
    const virtual = panicInOneTier();
    const { metadata, said } = attempt(false, 2, 3, 5, 6);
    virtual.call({ metadata });
    expect(said).toEqual([[pod(1).id, false]]);
  });

  test('is told with how many are heeded, and in words', () => {
    const panic = { active: true, ready: 6, ejected: 3, unheeded: 2 };
    expect(POOL_EVENT_LINES.panic(panic).message).toBe(
      '3 of 6 ready pods are ejected: 2 of them get calls nevertheless',
    );
    expect(POOL_EVENT_LINES.panic({ ...panic, unheeded: 3 }).message).toBe(
      '3 of 6 ready pods are ejected: all get calls nevertheless',
    );
  });
});

/** The metadata of an attempt after these, and what it is told. */
function attempt(optional: boolean, ...tried: number[]): { metadata: Metadata; said: unknown[] } {
  const said: unknown[] = [];
  const metadata = new Metadata();
  attachAttemptContext(metadata, {
    tried: new Set(tried.map((n) => pod(n).id)),
    optional,
    onPicked: ({ id }, othersUntried) => said.push([id, othersUntried]),
    onFailed: (failure) => said.push(failure),
  });
  return { metadata, said };
}

describe('attempts and ejected pods', () => {
  test('a retry waits when the only pod that it has not tried is ejected', () => {
    const virtual = VirtualPool.ready(3, accrual);
    failPods(virtual, 3);
    const { metadata, said } = attempt(false, 1);
    virtual.call({ metadata });
    expect(said).toEqual([[pod(2).id, false]]);
  });

  test('a hedge is not made while fewer than half of the pods get calls', () => {
    const never = { panicThreshold: 0, childPolicy: roundRobin(), jitterRatio: 0, minSuccessRatio: 0 };
    const virtual = VirtualPool.ready(5, { balancing: failureAccrual(never) });
    failPods(virtual, 3, 4);
    const spared = attempt(true, 1);
    virtual.call({ metadata: spared.metadata });
    failPods(virtual, 5);
    const refused = attempt(true, 1);
    virtual.call({ metadata: refused.metadata });
    expect([spared.said, refused.said]).toEqual([[[expect.any(String), expect.any(Boolean)]], ['unsent']]);
  });
});

test('outliers that were spared are counted by how they were found and why', () => {
  let spared: readonly SparedOutlier[] = [];
  let reconsider = (): void => undefined;
  const inner = roundRobin()();
  const policy: BalancingPolicy = {
    name: 'sparing',
    createLoad: () => inner.createLoad(),
    update(members, context) {
      ({ reconsider } = context);
      spared = members.map((member) => ({ member, cause: 'success-rate', reason: 'max-ejection-overflow' }));
      return { ...inner.update(members, context), spared: spared as never };
    },
  };
  const virtual = VirtualPool.ready(2, { balancing: () => policy });
  const before = virtual.pool.snapshot().counters.sparedOutliers['success-rate'];
  reconsider();
  const { ejections, sparedOutliers } = virtual.pool.snapshot().counters;
  expect(sparedOutliers['success-rate']).toEqual({
    'enforcement-percentage': 0,
    'max-ejection-overflow': before['max-ejection-overflow'] + 2,
  });
  expect(new Set(Object.values(ejections))).toEqual(new Set([0]));
});

test('a listener of an ejection may replace the policy in the middle of the end of a call: nothing stays in flight', () => {
  const virtual = VirtualPool.ready(3, accrual);
  virtual.pool.on('ejected', () => virtual.pool.setBalancing(roundRobin()));
  failPods(virtual, 2);
  expect(virtual.pool.snapshot().policy).toBe('round_robin');
  expect(virtual.pool.snapshot().members.map(({ inFlight }) => inFlight)).toEqual([0, 0, 0]);
});

test('a call that waits although pods are ready says that the policy wants none of them', async () => {
  const inner = roundRobin()();
  const picky: BalancingPolicy = {
    name: 'picky',
    createLoad: () => inner.createLoad(),
    update: (members) => ({
      picker: { pick: () => ({ kind: 'wait' }) },
      connect: members,
      ejected: members.map((member) => ({ member, cause: 'success-rate', untilMs: 90_000 })),
    }),
  };
  const virtual = VirtualPool.ready(1, { balancing: () => picky });
  const call = virtual.call({ deadline: virtual.clock.epochNow() + 50 });
  virtual.clock.advance(50);
  await turn();
  expect(call.status?.details).toContain('none of 1 pods of test:///pods can be picked');
  expect(call.status?.details).toMatch(/10\.0\.0\.1:50051: not pickable, ejected \(success-rate\) for another 89 s/);
});
