import { describe, expect, test } from '@jest/globals';
import { SeededRandom } from '@fairlead/testing';
import fc from 'fast-check';
import { FakeMember, fakeMembers, firstAttempt, memberOf } from '../../../test/support/fake-member.js';
import { contextAt, policyOf } from '../../../test/support/policy.js';
import type { BalancingPolicy } from '../../pick/balancing-policy.js';
import { parseLoadBalancingConfig } from '../../pick/load-balancing-config.js';
import { builtInPolicies } from '../built-in-policies.js';
import { pickFirst } from '../pick-first.js';
import { roundRobin } from '../round-robin.js';
import { randomSubsetting } from './random-subsetting.js';

const subsetting = (subsetSize: number) => randomSubsetting({ subsetSize, childPolicy: roundRobin() })();

/** Whom the policy connects, by the child's order, when its seed comes from this one. */
function subsetOf(members: readonly FakeMember[], policy: BalancingPolicy, seed = 1): readonly FakeMember[] {
  return policy.update(members, contextAt(0, new SeededRandom(seed))).connect;
}

describe('random_subsetting', () => {
  test('lets its child balance over a few, and the others go', () => {
    const members = fakeMembers(10);
    const update = subsetting(3).update(members, contextAt());
    expect(update.connect).toHaveLength(3);
    expect(new Set([...update.connect, ...update.letGo!])).toEqual(new Set(members));
    const picked = Array.from({ length: 9 }, () => memberOf(update.picker.pick(firstAttempt, 0)));
    expect(new Set(picked)).toEqual(new Set(update.connect));
  });

  // grpc-go TestCalculateSubset_Simple.
  test.each([
    [0, 3],
    [5, 10],
    [5, 5],
  ])('of %i members %i and more are all of them, in their order', (count, size) => {
    const members = fakeMembers(count);
    const update = subsetting(size).update(members, contextAt());
    expect([update.connect, update.letGo]).toEqual([members, undefined]);
  });

  // grpc-go TestCalculateSubset_EndpointsRetainHashValues, TestSubsettingBalancer_DeterministicSubset.
  test('keeps its subset and the order of it as long as the endpoints stay, however they connect and fail', () => {
    const members = fakeMembers(10);
    const policy = subsetting(5);
    const subset = subsetOf(members, policy, 7);
    expect(subset.map((member) => members.indexOf(member))).toEqual([8, 2, 3, 6, 9]);
    for (const member of members) {
      member.connectivity = 'transient-failure';
      expect(subsetOf(members, policy, 99)).toEqual(subset);
    }
    expect(subsetOf(members, subsetting(5), 7)).toEqual(subset);
    expect(subsetOf(members.toReversed(), subsetting(5), 7)).toEqual(subset);
    expect(subsetOf(members, subsetting(5), 8)).not.toEqual(subset);
  });

  test('one that comes or goes changes one place at most', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 2, max: 60 }),
        fc.integer({ min: 1, max: 60 }),
        fc.nat(),
        fc.nat(),
        (n, size, nth, seed) => {
          const members = fakeMembers(n);
          const policy = subsetting(size);
          const before = subsetOf(members, policy, seed);
          const after = subsetOf(members.toSpliced(nth % n, 1), policy, seed + 1);
          expect(before.filter((member) => !after.includes(member)).length).toBeLessThanOrEqual(1);
          expect(after.filter((member) => !before.includes(member)).length).toBeLessThanOrEqual(1);
          // Its seed is drawn once.
          expect(subsetOf(members, policy, seed + 2)).toEqual(before);
        },
      ),
    );
  });

  test('ranks a member by its first address: another one is another rank, another hashKey is not', () => {
    const members = fakeMembers(10);
    const policy = subsetting(5);
    const before = subsetOf(members, policy);
    const chosen = members.indexOf(before[0]!);
    const { endpoint } = before[0]!;
    Object.assign(before[0]!, { endpoint: { ...endpoint, attributes: { hashKey: 'cart-0' } } });
    expect(subsetOf(members, policy)).toEqual(before);
    const places = new Set<number>();
    for (let port = 1; port <= 50; port += 1) {
      const addresses = [{ kind: 'tcp', host: '10.9.9.9', port }];
      Object.assign(members[chosen]!, { endpoint: { ...endpoint, addresses, attributes: { hashKey: 'cart-0' } } });
      places.add(subsetOf(members, policy).indexOf(members[chosen]!));
    }
    expect(places.size).toBeGreaterThan(1);
  });

  // grpc-java RandomSubsettingLoadBalancerTest has 15, 40, 65, 600 and 1 200; here the mean and four standard deviations.
  test.each([
    [100, 100, 5, 14],
    [100, 100, 25, 40],
    [100, 10, 5, 65],
    [500, 10, 5, 295],
    [2_000, 10, 5, 1_090],
  ])('%i clients, %i servers, subsets of %i: no server has more than %i of them', (clients, servers, size, most) => {
    const members = fakeMembers(servers);
    const connections = members.map(() => 0);
    for (let client = 0; client < clients; client += 1) {
      for (const member of subsetOf(members, subsetting(size), client)) connections[members.indexOf(member)]! += 1;
    }
    expect(Math.max(...connections)).toBeLessThanOrEqual(most);
    expect(connections.reduce((sum, n) => sum + n)).toBe(clients * Math.min(size, servers));
  });

  test('the hash ring below it knows its subset only, and what that wants comes through', () => {
    const members = fakeMembers(6, 'idle');
    const policy = policyOf('random_subsetting', { subsetSize: 2, childPolicy: [{ ring_hash: {} }] });
    const update = policy.update(members, contextAt());
    expect([update.connect, update.state, update.letGo?.length]).toEqual([[], 'idle', 4]);
    const result = update.picker.pick({ ...firstAttempt, hashKey: 'k' }, 0);
    expect(result.kind === 'wait' && update.letGo!.includes(result.connect!)).toBe(false);
    expect(result).toMatchObject({ kind: 'wait', connect: expect.any(FakeMember) });
  });

  test('the loads are those of its child', () => {
    const policy = policyOf('random_subsetting', { subsetSize: 1, childPolicy: [{ peak_ewma: {} }] });
    const load = policy.createLoad();
    load.begin(0).end(100, 'success');
    expect(load.valueAt(100)).toBe(100);
  });

  test('pick_first below it begins with another one for each client', () => {
    const members = fakeMembers(10, 'idle');
    const firsts = Array.from({ length: 30 }, (_, seed) =>
      members.indexOf(subsetOf(members, randomSubsetting({ subsetSize: 3, childPolicy: pickFirst() })(), seed)[0]!),
    );
    expect(new Set(firsts).size).toBeGreaterThan(5);
  });

  // grpc-go TestParseConfig.
  test.each([
    [{}, '.subsetSize: undefined (expected: an integer, 1 to 4294967295)'],
    [{ subsetSize: 0 }, '.subsetSize: 0 (expected: an integer, 1 to 4294967295)'],
    [{ subsetSize: 1 }, '.childPolicy: undefined (expected: a policy'],
    [{ subsetSize: 1, childPolicy: [] }, '.childPolicy: nothing: not supported'],
    [{ subsetSize: 1, childPolicy: [{ unregistered_lb: {} }] }, '.childPolicy: unregistered_lb: not supported'],
  ])('the config %j is refused', (config, message) => {
    const parse = () => parseLoadBalancingConfig([{ random_subsetting_experimental: config }], builtInPolicies, 'lb');
    expect(parse).toThrow(`lb[0].random_subsetting_experimental${message}`);
  });
});
