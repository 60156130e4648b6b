import {
  builtInPolicies,
  failureAccrual,
  parseLoadBalancingConfig,
  roundRobin,
  type BalancingPolicy,
} from '@fairlead/core';
import { describe, expect, test } from '@jest/globals';
import { pod, turn, VirtualPool } from '../test/support/virtual-pool.js';

const policy = (name: string, config: object = {}): (() => BalancingPolicy) =>
  parseLoadBalancingConfig([{ [name]: config }], builtInPolicies, '').create;

const inFlight = (virtual: VirtualPool): number[] => virtual.pool.snapshot().members.map((member) => member.inFlight);

describe('another balancing policy', () => {
  test('holds at once: members keep their connections and their calls', () => {
    const virtual = VirtualPool.ready(2, { balancing: policy('round_robin') });
    const channels = [...virtual.channels];
    const calls = [virtual.call(), virtual.call(), virtual.call()];
    virtual.pool.setBalancing(policy('pick_first'));
    expect(virtual.pool.snapshot().policy).toBe('pick_first');
    for (let n = 0; n < 4; n += 1) virtual.call();
    const added = channels.map((channel) => channel.calls.length).filter((count) => count > 2);
    expect(added).toHaveLength(1);
    expect([virtual.channels, channels.some((channel) => channel.closed)]).toEqual([channels, false]);
    expect(calls.map(({ status }) => status)).toEqual([undefined, undefined, undefined]);
  });

  test('pick_first keeps one connection; the others are closed when their calls have ended', () => {
    const virtual = VirtualPool.ready(3, { balancing: policy('round_robin') });
    const calls = [virtual.call(), virtual.call(), virtual.call()];
    virtual.pool.setBalancing(policy('pick_first'));
    const states = (): string[] => virtual.pool.snapshot().members.map(({ connectivity }) => connectivity);
    expect([states(), virtual.channels.some(({ closed }) => closed)]).toEqual([['ready', 'idle', 'idle'], false]);
    for (const channel of virtual.channels) for (const call of channel.calls) call.end();
    expect(virtual.channels.map(({ closed }) => closed)).toEqual([false, true, true]);
    expect(calls.map(({ status }) => status?.code)).toEqual([0, 0, 0]);
  });

  test.each(['round_robin', 'peak_ewma'])(
    '%s: calls in flight are counted by the new loads, and leave them',
    (name) => {
      const virtual = VirtualPool.ready(2, { balancing: policy('round_robin') });
      for (let n = 0; n < 6; n += 1) virtual.call();
      virtual.channel(1).calls[0]!.respond();
      virtual.pool.setBalancing(policy(name));
      expect(inFlight(virtual)).toEqual([3, 3]);
      virtual.channel(1).calls[1]!.respond();
      for (const channel of virtual.channels) for (const call of channel.calls) call.end();
      expect(inFlight(virtual)).toEqual([0, 0]);
    },
  );

  test('its loads know nothing of latencies from before, and nothing of calls that began before but that they failed', () => {
    const virtual = VirtualPool.ready(2, { balancing: policy('least_request') });
    const loads = (): number[] => virtual.pool.snapshot().members.map(({ load }) => load);
    for (let n = 0; n < 2; n += 1) virtual.call();
    const [first, second] = virtual.channels.map((channel) => channel.calls[0]!);
    virtual.clock.advance(50);
    virtual.pool.setBalancing(policy('peak_ewma', { decayTime: '1s' }));
    virtual.clock.advance(50);
    first!.respond();
    first!.end();
    second!.end(14, 'down');
    expect(loads()).toEqual([0, 5_000]);
  });

  test('of the same name has the loads of the one before: latencies stay, and those of calls in flight are learnt', () => {
    const virtual = VirtualPool.ready(2, { balancing: policy('peak_ewma') });
    for (let n = 0; n < 2; n += 1) virtual.call();
    const [first, second] = virtual.channels.map((channel) => channel.calls[0]!);
    virtual.clock.advance(50);
    first!.end();
    virtual.pool.setBalancing(policy('peak_ewma', { decayTime: '1s' }));
    virtual.clock.advance(50);
    second!.end();
    expect(inFlight(virtual)).toEqual([0, 0]);
    // The first is as new members are for 250 ms at a time: after 50 of them it has less.
    const [one, other] = virtual.pool.snapshot().members.map(({ load }) => load);
    expect(one).toBeCloseTo(50 * Math.exp(-50 / 250), 6);
    expect(other).toBe(100);
  });

  test('below one that stays: calls in flight move to the loads of another kind, and are no probes there', () => {
    const over = (child: string) => policy('failure_accrual', { minSuccessRatio: 0, childPolicy: [{ [child]: {} }] });
    const virtual = VirtualPool.ready(5, { balancing: over('round_robin') });
    for (let n = 0; n < 40; n += 1) virtual.call();
    const { calls } = virtual.channel(2);
    for (const call of calls.slice(0, 7)) call.end(13);
    virtual.clock.advance(60_000);
    const ejected = (): boolean => virtual.pool.snapshot().members[1]!.ejected !== undefined;
    virtual.pool.setBalancing(over('peak_ewma'));
    expect([inFlight(virtual), ejected()]).toEqual([[8, 1, 8, 8, 8], true]);
    calls[7]!.end();
    expect([inFlight(virtual)[1], ejected()]).toEqual([0, true]);
    virtual.call();
    virtual.channel(2).calls[8]!.end();
    expect(ejected()).toBe(false);
  });

  test('with a larger subset keeps its 20 connections and makes one more', () => {
    const subset = (subsetSize: number) =>
      policy('random_subsetting', { subsetSize, childPolicy: [{ round_robin: {} }] });
    const virtual = VirtualPool.ready(60, { balancing: subset(20) });
    const before = [...virtual.channels];
    virtual.pool.setBalancing(subset(21));
    virtual.channels.at(-1)!.ready();
    virtual.clock.advance(60_000);
    expect([before.length, virtual.channels.length]).toEqual([20, 21]);
    expect(virtual.channels.filter(({ closed }) => closed)).toEqual([]);
  });

  test('holds for members that come later', () => {
    const virtual = VirtualPool.ready(1, { balancing: policy('peak_ewma') });
    virtual.pool.setBalancing(policy('round_robin'));
    virtual.resolver.push([pod(1), pod(2)]);
    virtual.channel(2).ready();
    virtual.call();
    virtual.call();
    expect(virtual.channels.map((channel) => channel.calls.length)).toEqual([1, 1]);
  });

  test('is given the loads of one with its name, and of no other', () => {
    const given: unknown[] = [];
    const named = (name: string) => (): BalancingPolicy => ({
      name,
      createLoad(...args) {
        given.push(args);
        return policy('round_robin')().createLoad();
      },
      update: () => ({ picker: { pick: () => ({ kind: 'wait' }) }, connect: [] }),
    });
    const virtual = VirtualPool.ready(1, { balancing: named('one') });
    for (const name of ['other', 'other']) virtual.pool.setBalancing(named(name));
    expect(given).toEqual([[], [], [expect.objectContaining({ inFlight: 0 }), virtual.clock.now()]]);
  });

  test('may find a pod for calls that wait', async () => {
    const none: BalancingPolicy = {
      name: 'none',
      createLoad: () => policy('round_robin')().createLoad(),
      update: () => ({ picker: { pick: () => ({ kind: 'wait' }) }, connect: [] }),
    };
    const virtual = new VirtualPool({ balancing: () => none });
    virtual.pool.connect();
    virtual.resolver.push([pod(1)]);
    virtual.call();
    expect([virtual.channels.length, virtual.pool.snapshot().waitingCalls]).toEqual([0, 1]);
    virtual.pool.setBalancing(policy('round_robin'));
    virtual.channel(1).ready();
    await turn();
    expect([virtual.channel(1).calls.length, virtual.pool.snapshot().waitingCalls]).toEqual([1, 0]);
  });

  test('one whose child is none is refused, at construction as well, and the old one stays', () => {
    const virtual = VirtualPool.ready(1, { balancing: policy('round_robin') });
    const wrong = failureAccrual({ childPolicy: roundRobin as never });
    expect(() => virtual.pool.setBalancing(wrong)).toThrow('failure_accrual.childPolicy: a function (expected: ');
    expect(virtual.pool.snapshot().policy).toBe('round_robin');
    expect(() => new VirtualPool({ balancing: wrong })).toThrow('failure_accrual.childPolicy: a function (expected: ');
  });

  test('one that is none is refused, and the old one stays', () => {
    const virtual = VirtualPool.ready(1, { balancing: policy('round_robin') });
    expect(() => virtual.pool.setBalancing(() => ({}) as never)).toThrow(/^balancing\(\): /);
    expect(virtual.pool.snapshot().policy).toBe('round_robin');
  });
});
