import { describe, expect, test } from '@jest/globals';
import { statusName, STATUS_CODES, type BalancingPolicy, type MemberView, type PolicyUpdate } from '@fairlead/core';
import { roundRobin, smallWorld } from '../../test/support/small-world.js';
import type { RunResult } from '../report/run-result.js';
import { runWorld } from '../run-scenario.js';
import type { World } from '../scenarios/world.js';
import { NO_RETRIES } from './retry-rule.js';

/** How many calls ended with each status. */
function statuses({ calls }: RunResult): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const { code } of calls) counts[statusName(code)] = (counts[statusName(code)] ?? 0) + 1;
  return counts;
}

const connectivity = (world: World): readonly string[] =>
  world.clients[0]!.membership.members.map((member) => member.connectivity);

describe('a simulated client', () => {
  test('calls on a pod that crashes fail, and are made again on another one', () => {
    const alone = smallWorld({ client: { retries: NO_RETRIES } });
    alone.at(1_000, () => alone.pods[0]!.crash());
    expect(statuses(runWorld(alone, 2_000))['UNAVAILABLE']).toBeGreaterThan(0);

    const retrying = smallWorld();
    retrying.at(1_000, () => retrying.pods[0]!.crash());
    let before: readonly string[] = [];
    retrying.at(1_900, () => (before = connectivity(retrying)));
    const result = runWorld(retrying, 2_000);
    expect(Object.keys(statuses(result))).toEqual(['OK']);
    expect(result.attemptsPerCall).toBeGreaterThan(1);
    expect(before).toEqual(['transient-failure', 'ready', 'ready']);
  });

  test('a pod that shuts down finishes its calls; what meets its GOAWAY is refused and goes elsewhere for free', () => {
    const world = smallWorld({ client: { retries: NO_RETRIES, network: { baseMs: 20 } } });
    world.at(1_000, () => world.pods[0]!.shutDown(5_000));
    const result = runWorld(world, 3_000);
    expect(Object.keys(statuses(result))).toEqual(['OK']);
    expect(result.picks.length).toBeGreaterThan(result.calls.length);
  });

  test('calls to a pod that cannot be reached end at their deadline, until its loss is noticed; then it is tried again', () => {
    const world = smallWorld({ client: { connectTimeoutMs: 200 } });
    world.at(1_000, () => world.pods[0]!.isolate(300));
    world.at(2_000, () => world.pods[0]!.rejoin());
    let before = 0;
    world.at(1_020, () => (before = world.pods[0]!.busyMs));
    world.at(1_290, () => expect(world.pods[0]!.busyMs).toBe(before));
    world.at(5_900, () => expect(connectivity(world)).toEqual(['ready', 'ready', 'ready']));
    const result = runWorld(world, 6_000);
    expect.assertions(4 + expiredOf(result).length);
    const late = expiredOf(result);
    expect(late.length + result.calls.filter(({ attempts }) => attempts > 1).length).toBeGreaterThan(0);
    for (const { startedAt } of late) expect(startedAt).toBeLessThan(1_310);
    expect(result.shareOf(['pod-0'], { fromMs: 5_000, toMs: 6_000 })).toBeCloseTo(1 / 3, 1);
  });

  test('when no pod can be connected, calls fail soon', () => {
    const world = smallWorld({ client: { retries: NO_RETRIES } });
    world.at(1_000, () => world.pods.forEach((pod) => pod.crash()));
    const result = runWorld(world, 3_000);
    const after = result.calls.filter(({ startedAt }) => startedAt > 1_100);
    expect(after.length).toBeGreaterThan(50);
    for (const { code, startedAt, endedAt } of after) {
      expect([statusName(code), endedAt - startedAt]).toEqual(['UNAVAILABLE', 0]);
    }
  });

  test.each([
    [0, 3],
    [2 ** 31, 1],
  ])('a pushback of %d ms makes %d attempts: what is no int32 is a no', (pushbackMs, attempts) => {
    const world = smallWorld();
    const fault = { kind: 'fails', afterMs: 1, code: STATUS_CODES.UNAVAILABLE, pushbackMs } as const;
    world.pods.forEach(({ server }) => server.setFault(fault));
    const { calls } = runWorld(world, 50);
    expect(calls.map((call) => [statusName(call.code), call.attempts])).toContainEqual(['UNAVAILABLE', attempts]);
  });

  test('calls wait for the first connection', () => {
    const world = smallWorld({ client: { network: { baseMs: 50 } } });
    const first = runWorld(world, 1_000).calls[0]!;
    expect(statusName(first.code)).toBe('OK');
    expect(first.endedAt).toBeGreaterThan(250);
  });

  test('a member that the policy lets go finishes its calls, and gets no others', () => {
    const world = smallWorld({ policy: () => letsGoOfTheFirst(500), pods: { replicas: 2 } });
    world.at(1_900, () => expect(connectivity(world)).toEqual(['idle', 'ready']));
    const result = runWorld(world, 2_000);
    expect.assertions(4);
    expect(Object.keys(statuses(result))).toEqual(['OK']);
    expect(result.shareOf(['pod-0'], { fromMs: 0, toMs: 500 })).toBeCloseTo(0.5, 1);
    expect(result.shareOf(['pod-0'], { fromMs: 501, toMs: 2_000 })).toBe(0);
  });
});

function expiredOf({ calls }: RunResult): RunResult['calls'] {
  return calls.filter(({ code }) => code === STATUS_CODES.DEADLINE_EXCEEDED);
}

/** round_robin, over all but the first member from that time on. */
function letsGoOfTheFirst(atMs: number): BalancingPolicy {
  const child = roundRobin();
  return {
    name: 'lets-go',
    createLoad: () => child.createLoad(),
    update<M extends MemberView>(
      members: readonly M[],
      context: Parameters<BalancingPolicy['update']>[1],
    ): PolicyUpdate<M> {
      if (context.now < atMs) return { ...child.update(members, context), revisitInMs: atMs - context.now };
      return { ...child.update(members.slice(1), context), letGo: members.slice(0, 1) };
    },
  };
}
