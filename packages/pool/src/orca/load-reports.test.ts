import { AsyncLocalStorage } from 'node:async_hooks';
import { describe, expect, test } from '@jest/globals';
import {
  encodeOrcaLoadReport,
  encodeOrcaLoadReportRequest,
  roundRobin,
  weightedRoundRobin,
  type BalancingPolicy,
  type OrcaLoadReport,
  type OrcaLoadReportFields,
} from '@fairlead/core';
import { status } from '@grpc/grpc-js';
import type { FakeCall, FakeChannel } from '../../test/support/fake-channel.js';
import { ThrowingPolicy } from '../../test/support/throwing-policy.js';
import { pod, turn, VirtualPool } from '../../test/support/virtual-pool.js';
import type { PoolOptions } from '../options.js';

const PATH = '/xds.service.orca.v3.OpenRcaService/StreamCoreMetrics';

const outOfBand = (oobReportingPeriodMs = 10_000): (() => BalancingPolicy) =>
  weightedRoundRobin({ enableOobLoadReport: true, oobReportingPeriodMs, blackoutPeriodMs: 0 });

function readyPool(count: number, options: PoolOptions = {}): VirtualPool {
  return VirtualPool.ready(count, { balancing: outOfBand(), ...options });
}

/** All streams that were opened on the connection, oldest first. */
const streamsOn = ({ calls }: FakeChannel): readonly FakeCall[] => calls.filter(({ path }) => path === PATH);
const streamOn = (channel: FakeChannel): FakeCall => streamsOn(channel).at(-1)!;
const isOpen = (stream: FakeCall): boolean => !stream.ended && !stream.did.includes('cancel');

const report = (fields: OrcaLoadReportFields): Buffer => Buffer.from(encodeOrcaLoadReport(fields));
const loaded = (applicationUtilization: number): Buffer => report({ applicationUtilization, qps: 10 });

/** How many of so many calls each pod gets. */
function picksOf(virtual: VirtualPool, calls: number): readonly number[] {
  const before = virtual.pool.snapshot().members.map(({ picks }) => picks);
  for (let made = 0; made < calls; made++) virtual.call();
  return virtual.pool.snapshot().members.map(({ picks }, index) => picks - before[index]!);
}

const codesOf = (virtual: VirtualPool): string[] => {
  const codes: string[] = [];
  virtual.pool.on('warning', ({ code, message }) => void codes.push(`${code}: ${message}`));
  return codes;
};

describe('load reports out of band', () => {
  test('are asked for as soon as a pod is connected, at the interval of the policy, and read one by one', () => {
    const virtual = readyPool(2, { balancing: outOfBand(20_030) });
    for (const n of [1, 2]) {
      const stream = streamOn(virtual.channel(n));
      const request = Buffer.from(encodeOrcaLoadReportRequest(20_030)).toString();
      expect(stream.did).toEqual(['start', `message ${request}`, 'half-close', 'read']);
      stream.respond(loaded(1));
      stream.respond(loaded(1));
      expect(stream.did.slice(4)).toEqual(['read', 'read']);
    }
  });

  test('weigh the pods', () => {
    const virtual = readyPool(2);
    streamOn(virtual.channel(1)).respond(loaded(1));
    streamOn(virtual.channel(2)).respond(loaded(0.1));
    virtual.clock.advance(1_000);
    expect(picksOf(virtual, 110)).toEqual([10, 100]);
  });

  test('that are none are passed over, and the stream goes on', () => {
    const virtual = readyPool(2);
    for (const n of [1, 2]) streamOn(virtual.channel(n)).respond(loaded(n));
    streamOn(virtual.channel(1)).respond(Buffer.from([0xff, 0xff]));
    streamOn(virtual.channel(1)).respond(report({ applicationUtilization: NaN, qps: -1 }));
    virtual.clock.advance(1_000);
    expect(picksOf(virtual, 30)).toEqual([20, 10]);
    expect(isOpen(streamOn(virtual.channel(1)))).toBe(true);
  });

  test('are not asked for by a policy that does not want them', () => {
    for (const balancing of [roundRobin(), weightedRoundRobin()]) {
      expect(streamsOn(VirtualPool.ready(1, { balancing }).channel(1))).toEqual([]);
    }
  });

  test('are no calls of the application', () => {
    const virtual = readyPool(1);
    streamOn(virtual.channel(1)).respond(loaded(1));
    expect(virtual.pool.snapshot().members[0]).toMatchObject({ picks: 0, inFlight: 0 });
  });

  test('reach the loads of any policy that asks for them', () => {
    const seen: number[] = [];
    const create = roundRobin();
    const wanting = (): BalancingPolicy => {
      const inner = create();
      return {
        name: 'wanting',
        createLoad: () =>
          Object.assign(inner.createLoad(), { report: ({ qps }: OrcaLoadReport, now: number) => seen.push(qps, now) }),
        update: (members, context) => ({ ...inner.update(members, context), loadReports: { intervalMs: 0 } }),
      };
    };
    const virtual = readyPool(1, { balancing: wanting });
    streamOn(virtual.channel(1)).respond(loaded(1));
    expect(seen).toEqual([10, virtual.clock.now()]);
  });
});

describe('a stream of load reports ends', () => {
  test.each<[string, (virtual: VirtualPool, channel: FakeChannel) => void]>([
    ['when its connection is lost', (_, channel) => channel.lose()],
    ['with a GOAWAY', (_, channel) => channel.session.emit('goaway')],
    ['when its pod leaves the target', ({ resolver }) => resolver.push([pod(2)])],
    ['when nobody uses the pool', ({ clock }) => clock.advance(60_000)],
    ['when the policy does not want it any more', ({ pool }) => pool.setBalancing(roundRobin())],
    ['with the pool', ({ pool }) => pool.close()],
  ])('%s', (_, act) => {
    const virtual = readyPool(2, { idleTimeoutMs: 60_000 });
    const channel = virtual.channel(1);
    const stream = streamOn(channel);
    act(virtual, channel);
    expect([stream.did.at(-1), streamsOn(channel)]).toEqual(['cancel', [stream]]);
    stream.respond(loaded(1));
    stream.end(status.CANCELLED);
    expect(stream.did.at(-1)).toBe('cancel');
  });

  test('when its connection is replaced, and another begins on the new one', () => {
    const virtual = readyPool(1, { maxConnectionAgeMs: 10_000, maxConnectionAgeGraceMs: 1_000 });
    const old = virtual.channel(1);
    virtual.clock.advance(11_000);
    expect(isOpen(streamOn(old))).toBe(true);
    virtual.channel(1).ready();
    expect(virtual.channel(1)).not.toBe(old);
    expect([isOpen(streamOn(old)), old.closed, isOpen(streamOn(virtual.channel(1)))]).toEqual([false, true, true]);
  });

  test('when the policy lets its pod go', () => {
    let wanted = 2;
    let reconsider = (): void => undefined;
    const shrinking = (): BalancingPolicy => {
      const inner = outOfBand()();
      return {
        name: 'shrinking',
        createLoad: () => inner.createLoad(),
        update(members, context) {
          ({ reconsider } = context);
          return { ...inner.update(members.slice(0, wanted), context), letGo: members.slice(wanted) };
        },
      };
    };
    const virtual = readyPool(2, { balancing: shrinking });
    wanted = 1;
    reconsider();
    expect([1, 2].map((n) => isOpen(streamOn(virtual.channel(n))))).toEqual([true, false]);
    expect(virtual.channel(2).closed).toBe(true);
  });

  test('and nothing is left to happen', () => {
    const virtual = readyPool(3);
    streamOn(virtual.channel(1)).end(status.UNAVAILABLE);
    virtual.pool.close();
    expect(virtual.clock.pendingTimers).toBe(0);
  });
});

describe('a stream of load reports begins anew', () => {
  test('when the interval changes, and not when it does not', () => {
    const virtual = readyPool(1);
    const channel = virtual.channel(1);
    virtual.pool.setBalancing(outOfBand());
    virtual.resolver.push([pod(1), pod(2)]);
    expect(streamsOn(channel)).toHaveLength(1);
    virtual.pool.setBalancing(outOfBand(5_000));
    expect(streamsOn(channel).map(isOpen)).toEqual([false, true]);
    expect(streamOn(channel).did[1]).toBe(`message ${Buffer.from(encodeOrcaLoadReportRequest(5_000)).toString()}`);
  });

  // grpc-go orca TestProducerBackoff. There a report makes the next attempt immediate; here, when the stream was open
  // for longer than the first step.
  test('by backoff, which a report resets', () => {
    const virtual = readyPool(1);
    const channel = virtual.channel(1);
    const attempts = (): number => streamsOn(channel).length;
    const fail = (): void => streamOn(channel).end(status.UNAVAILABLE);
    let step = 1_000;
    for (const expected of [1, 2, 3]) {
      fail();
      virtual.clock.advance(step * 0.8 - 1);
      expect(attempts()).toBe(expected);
      virtual.clock.advance(step * 0.4 + 1);
      expect(attempts()).toBe(expected + 1);
      step *= 1.6;
    }
    virtual.clock.advance(10_000);
    streamOn(channel).respond(loaded(1));
    fail();
    virtual.clock.advance(0);
    expect(attempts()).toBe(5);
    fail();
    virtual.clock.advance(799);
    expect(attempts()).toBe(5);
    virtual.clock.advance(401);
    expect(attempts()).toBe(6);
  });

  test('no more often than the first step says, where a server ends each after a report', () => {
    const virtual = readyPool(1);
    const channel = virtual.channel(1);
    for (let ms = 0; ms < 100_000; ms += 100) {
      const stream = streamOn(channel);
      if (!stream.ended) {
        stream.respond(loaded(1));
        stream.end();
      }
      virtual.clock.advance(100);
    }
    // 0.8 s to 1.2 s between two.
    expect(streamsOn(channel).length).toBeGreaterThan(100 / 1.3);
    expect(streamsOn(channel).length).toBeLessThan(100 / 0.8);
  });

  test('never where the server does not know it, until it is connected again; it is told once', () => {
    const virtual = readyPool(2);
    const warnings = codesOf(virtual);
    streamOn(virtual.channel(1)).end(status.UNIMPLEMENTED);
    virtual.clock.advance(3_600_000);
    expect(streamsOn(virtual.channel(1))).toHaveLength(1);
    virtual.pool.setBalancing(outOfBand());
    expect(streamsOn(virtual.channel(1))).toHaveLength(1);
    virtual.channel(1).lose();
    virtual.channel(1).ready();
    expect(streamsOn(virtual.channel(1))).toHaveLength(1);
    streamOn(virtual.channel(1)).end(status.UNIMPLEMENTED);
    expect(warnings).toEqual([
      'load-reports-unimplemented: pod 10.0.0.1:50051 has no xds.service.orca.v3.OpenRcaService, so it does not report its load',
    ]);
    expect(isOpen(streamOn(virtual.channel(2)))).toBe(true);
  });

  test('never on a connection that is gone, which grpc-js would make again', () => {
    const virtual = readyPool(1);
    const channel = virtual.channel(1);
    channel.loseUnnoticed();
    streamOn(channel).end(status.UNAVAILABLE);
    virtual.clock.advance(5_000);
    expect([channel.state, channel.misplaced]).toEqual([0, 0]);
  });
});

describe('a stream of load reports', () => {
  test('does not keep the process alive, while a call on the same connection does', async () => {
    const virtual = readyPool(1);
    const channel = virtual.channel(1);
    // What grpc-js does with the first stream of a connection.
    channel.session.ref();
    await turn();
    expect(channel.session.holdsProcess).toBe(false);
    const stream = streamOn(channel);
    virtual.call();
    virtual.call();
    expect(channel.session.holdsProcess).toBe(true);
    const [first, second] = channel.calls.filter((call) => call !== stream);
    first!.end();
    expect(channel.session.holdsProcess).toBe(true);
    stream.respond(loaded(1));
    expect(channel.session.holdsProcess).toBe(true);
    second!.end();
    expect(channel.session.holdsProcess).toBe(false);
  });

  test('belongs to no call, although the policy asked for it in one', () => {
    const context = new AsyncLocalStorage<string>();
    const virtual = readyPool(1);
    const channel = virtual.channel(1);
    const create = channel.createCall.bind(channel);
    const seen: unknown[] = [];
    channel.createCall = (path) => {
      seen.push(context.getStore());
      return create(path);
    };
    context.run('a call', () => virtual.pool.setBalancing(outOfBand(5_000)));
    expect(seen).toEqual([undefined]);
  });

  test('goes on when the load throws at a report', () => {
    const policy = new ThrowingPolicy();
    policy.wishes = () => ({ loadReports: { intervalMs: 1_000 } });
    const virtual = readyPool(1, { balancing: policy.make });
    const warnings = codesOf(virtual);
    policy.where = 'report';
    const stream = streamOn(virtual.channel(1));
    stream.respond(loaded(1));
    stream.respond(loaded(1));
    expect(warnings).toEqual(['balancing-policy-failed: the balancing policy failed in Load.report: boom in report']);
    expect([isOpen(stream), stream.did.filter((act) => act === 'read').length]).toEqual([true, 3]);
  });

  test('survives a channel that cannot make it', () => {
    const virtual = new VirtualPool({ balancing: outOfBand() });
    virtual.pool.connect();
    virtual.resolver.push([pod(1)]);
    const channel = virtual.channel(1);
    const create = channel.createCall.bind(channel);
    channel.createCall = () => {
      throw new Error('Channel has been shut down');
    };
    channel.ready();
    channel.createCall = create;
    virtual.clock.advance(1_200);
    expect(streamsOn(channel)).toHaveLength(1);
  });
});
