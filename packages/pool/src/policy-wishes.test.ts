import { describe, expect, test } from '@jest/globals';
import { hashKeyOf, roundRobin, setHashKey, type BalancingPolicy, type PickRequest } from '@fairlead/core';
import { Metadata } from '@grpc/grpc-js';
import { pod, turn, VirtualPool } from '../test/support/virtual-pool.js';

const inner = (): BalancingPolicy => roundRobin()();

describe('what a policy may want of the pool', () => {
  test('to be asked again at once, also by the end of a call', () => {
    let updates = 0;
    let reconsider = (): void => undefined;
    const policy = inner();
    const asking: BalancingPolicy = {
      name: 'asking',
      createLoad: () => policy.createLoad(),
      update(members, context) {
        updates += 1;
        ({ reconsider } = context);
        context.reconsider();
        return policy.update(members, context);
      },
    };
    const virtual = VirtualPool.ready(1, { balancing: () => asking });
    const before = updates;
    reconsider();
    expect(updates).toBe(before + 1);
    virtual.pool.close();
    reconsider();
    expect(updates).toBe(before + 1);
  });

  test('the connection of a member let go: its calls end in peace, then it is closed, and it may be connected again', () => {
    let wanted = 2;
    let reconsider = (): void => undefined;
    const policy = inner();
    const first: BalancingPolicy = {
      name: 'first',
      createLoad: () => policy.createLoad(),
      update(members, context) {
        ({ reconsider } = context);
        return { ...policy.update(members.slice(0, wanted), context), letGo: members.slice(wanted) };
      },
    };
    const virtual = VirtualPool.ready(2, { balancing: () => first, maxConnectionAgeGraceMs: 1_000 });
    const calls = [virtual.call(), virtual.call()];
    const channel = virtual.channel(2);
    wanted = 1;
    reconsider();
    expect(virtual.pool.snapshot().members.map(({ connectivity }) => connectivity)).toEqual(['ready', 'idle']);
    expect(channel.closed).toBe(false);
    virtual.channel(1).calls[0]!.end();
    channel.calls[0]!.end();
    expect([channel.closed, ...calls.map(({ status }) => status?.code)]).toEqual([true, 0, 0]);
    wanted = 2;
    reconsider();
    virtual.channel(2).ready();
    expect([virtual.channels.length, virtual.channel(2) === channel]).toEqual([3, false]);
  });

  test('calls on a connection that was let go are cut at the grace limit, with a text that says why', async () => {
    let keep = true;
    let reconsider = (): void => undefined;
    const policy = inner();
    const leaving: BalancingPolicy = {
      name: 'leaving',
      createLoad: () => policy.createLoad(),
      update(members, context) {
        ({ reconsider } = context);
        return { ...policy.update(keep ? members : [], context), ...(!keep && { letGo: members }) };
      },
    };
    const virtual = VirtualPool.ready(1, { balancing: () => leaving, maxConnectionAgeGraceMs: 1_000 });
    const cuts: unknown[] = [];
    virtual.pool.on('rotationCut', ({ cut, reason }) => cuts.push([cut, reason]));
    const call = virtual.call();
    keep = false;
    reconsider();
    virtual.clock.advance(1_000);
    await turn();
    const details = 'let go by the balancing policy and the call did not end within 1000 ms';
    expect([call.status?.code, call.status?.details]).toEqual([14, expect.stringContaining(details)]);
    expect(cuts).toEqual([[1, 'unwanted']]);
  });

  test('a member connected for a call that waits', async () => {
    const lazy: BalancingPolicy = {
      name: 'lazy',
      createLoad: () => inner().createLoad(),
      update(members) {
        const member = members[0]!;
        const pick = () =>
          member.connectivity === 'ready'
            ? { kind: 'picked' as const, member }
            : { kind: 'wait' as const, connect: member };
        return { picker: { pick }, connect: [] };
      },
    };
    const virtual = new VirtualPool({ balancing: () => lazy });
    virtual.pool.connect();
    virtual.resolver.push([pod(1)]);
    expect(virtual.channels).toHaveLength(0);
    virtual.call();
    virtual.channel(1).ready();
    await turn();
    expect(virtual.channel(1).calls).toHaveLength(1);
  });

  test('to see the hash key of a call, which does not go over the wire', () => {
    const keys: (string | undefined)[] = [];
    const policy = inner();
    const hashing: BalancingPolicy = {
      name: 'hashing',
      createLoad: () => policy.createLoad(),
      update(members, context) {
        const update = policy.update(members, context);
        const pick = (request: PickRequest, now: number) => {
          keys.push(request.hashKey);
          return update.picker.pick(request, now);
        };
        return { ...update, picker: { pick } };
      },
    };
    const virtual = VirtualPool.ready(1, { balancing: () => hashing });
    const metadata = new Metadata({ waitForReady: true });
    setHashKey(metadata, 'user-42');
    expect([hashKeyOf(metadata.clone()), metadata.getOptions().waitForReady, metadata.getMap()]).toEqual([
      'user-42',
      true,
      {},
    ]);
    virtual.call();
    expect(keys).toEqual([undefined]);
  });

  test('to read the status of a call, trailers included, in its completion', () => {
    const codes: unknown[] = [];
    const policy = inner();
    const reading: BalancingPolicy = {
      name: 'reading',
      createLoad() {
        const load = policy.createLoad();
        const begin = (now: number) => {
          const completion = load.begin(now);
          return {
            responded: () => undefined,
            end(
              at: number,
              outcome: 'success' | 'failure' | 'neutral',
              distorted?: boolean,
              status?: { code: number; metadata: { get(key: string): unknown } },
            ) {
              codes.push([outcome, status?.code, status?.metadata.get('x')]);
              completion.end(at, outcome, distorted);
            },
          };
        };
        return {
          begin,
          valueAt: () => 0,
          get inFlight() {
            return load.inFlight;
          },
        };
      },
      update: (members, context) => policy.update(members, context),
    };
    const virtual = VirtualPool.ready(1, { balancing: () => reading });
    virtual.call();
    virtual.channel(1).calls[0]!.end(8, 'busy');
    expect(codes).toEqual([['failure', 8, []]]);
  });
});
