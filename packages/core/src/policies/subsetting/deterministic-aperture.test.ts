import { describe, expect, test } from '@jest/globals';
import { SeededRandom } from '@fairlead/testing';
import fc from 'fast-check';
import { FakeMember, fakeMembers, firstAttempt, memberOf } from '../../../test/support/fake-member.js';
import { contextAt, policyOf } from '../../../test/support/policy.js';
import { endpointAt } from '../../endpoint/endpoint.js';
import { OutstandingLoad } from '../../load/outstanding.js';
import type { BalancingPolicy } from '../../pick/balancing-policy.js';
import { weightOf } from '../../pick/weight.js';
import { peakEwma } from '../peak-ewma-policy.js';
import { roundRobin } from '../round-robin.js';
import { deterministicAperture } from './deterministic-aperture.js';
import { ringSlice } from './ring-slice.js';

const equal = (count: number): number[] => new Array<number>(count).fill(1);
const sum = (numbers: readonly number[]): number => numbers.reduce((total, n) => total + n, 0);

describe('the slice of a client', () => {
  // Finagle DeterministicAperture.dApertureWidth: ceil(clients · aperture / servers) / clients of the ring.
  test.each([
    [10, { instanceId: 0, totalInstances: 1 }, 3, 10],
    [10, { instanceId: 0, totalInstances: 5 }, 2, 2],
    [10, { instanceId: 4, totalInstances: 5 }, 3, 4],
    [40, { instanceId: 1, totalInstances: 10 }, 12, 12],
    [10, { instanceId: 2, totalInstances: 4 }, 12, 10],
    [1, { instanceId: 2, totalInstances: 3 }, 12, 1],
    [0, { instanceId: 0, totalInstances: 1 }, 12, 0],
  ])('of %i servers, %j, at least %i: %i wide', (count, instance, minAperture, width) => {
    expect(sum(ringSlice(equal(count), instance, minAperture))).toBeCloseTo(width, 9);
  });

  test('begins where the client stands, goes on over the end, and covers its edges in part', () => {
    expect(ringSlice(equal(4), { instanceId: 1, totalInstances: 3 }, 1)).toEqual([
      0,
      expect.closeTo(2 / 3),
      expect.closeTo(2 / 3),
      0,
    ]);
    expect(ringSlice(equal(4), { instanceId: 3, totalInstances: 4 }, 2)).toEqual([1, 0, 0, 1]);
  });

  test('all slices together cover each server as often as any other, for its weight', () => {
    const weights = fc.array(fc.double({ min: 0.01, max: 100, noNaN: true }), { minLength: 1, maxLength: 60 });
    const clients = fc.integer({ min: 1, max: 40 });
    fc.assert(
      fc.property(weights, clients, fc.integer({ min: 1, max: 20 }), (servers, totalInstances, minAperture) => {
        const loads = servers.map(() => 0);
        for (let instanceId = 0; instanceId < totalInstances; instanceId += 1) {
          const slice = ringSlice(servers, { instanceId, totalInstances }, minAperture);
          expect(sum(slice)).toBeGreaterThan(Math.min(minAperture, servers.length) - 0.001);
          for (const [server, covered] of slice.entries()) loads[server]! += covered / sum(slice);
        }
        const share = (server: number): number => servers[server]! / sum(servers);
        for (const [server, load] of loads.entries()) expect(load / totalInstances / share(server)).toBeCloseTo(1, 3);
      }),
    );
  });

  test('is no wider for numbers that divide, whatever rounding says', () => {
    for (let servers = 1; servers <= 60; servers += 1) {
      for (let instanceId = 0; instanceId < servers; instanceId += 1) {
        const used = ringSlice(equal(servers), { instanceId, totalInstances: servers }, 3).filter(
          (covered) => covered > 0,
        );
        expect(used).toHaveLength(Math.min(3, servers));
      }
    }
  });
});

/** Gives calls by smooth weighted round robin: what a child that heeds weights does. */
const weighted = (): BalancingPolicy => ({
  name: 'weighted',
  createLoad: () => new OutstandingLoad(),
  update: (members) => {
    const scores = members.map(() => 0);
    const total = sum(members.map(weightOf));
    const pick = () => {
      for (const [index, member] of members.entries()) scores[index]! += weightOf(member);
      const best = scores.indexOf(Math.max(...scores));
      scores[best]! -= total;
      return { kind: 'picked' as const, member: members[best]! };
    };
    return { picker: { pick }, connect: members };
  },
});

/** Clients that each send 150 calls at every step, and what each server then has had. */
class Fleet {
  readonly #policies: readonly BalancingPolicy[];
  readonly loads = new Map<FakeMember, number>();

  constructor(clients: number, childPolicy: () => BalancingPolicy, minAperture = 5) {
    this.#policies = Array.from({ length: clients }, (_, instanceId) =>
      deterministicAperture({ instanceId, totalInstances: clients, minAperture, childPolicy })(),
    );
  }

  send(servers: readonly FakeMember[]): void {
    for (const [client, policy] of this.#policies.entries()) {
      const { picker } = policy.update(servers, contextAt(0, new SeededRandom(client)));
      for (let call = 0; call < 150; call += 1) {
        const member = memberOf(picker.pick(firstAttempt, 0));
        this.loads.set(member, (this.loads.get(member) ?? 0) + 1);
      }
    }
  }

  get most(): number {
    return Math.max(...this.loads.values());
  }
}

// Finagle LoadDistributionTest: 5 clients, 150 calls each; no server has more than twice the optimal load.
describe.each<[string, () => BalancingPolicy, number]>([
  ['round_robin', roundRobin(), 2],
  ['peak_ewma', peakEwma(), 2],
  ['a child that heeds weights', weighted, 1.1],
])('load under a deterministic aperture over %s', (_, child, most) => {
  test('clients deploy', () => {
    const fleet = new Fleet(5, child);
    fleet.send(fakeMembers(10));
    expect(fleet.most).toBeLessThanOrEqual(75 * most);
  });

  test('servers deploy', () => {
    const fleet = new Fleet(5, child);
    const servers = fakeMembers(20);
    for (const from of [0, 5, 10]) fleet.send(servers.slice(from, from + 10));
    expect(fleet.most).toBeLessThanOrEqual(225 * most);
  });

  test('servers shrink', () => {
    const fleet = new Fleet(5, child);
    const servers = fakeMembers(10);
    fleet.send(servers);
    fleet.send(servers.slice(0, 5));
    // A server that stays gets 75 and then 150.
    expect(fleet.most).toBeLessThanOrEqual(Math.min(300, 225 * most));
  });

  test('servers expand', () => {
    const fleet = new Fleet(5, child);
    const servers = fakeMembers(15);
    fleet.send(servers.slice(0, 10));
    fleet.send(servers);
    expect(fleet.most).toBeLessThanOrEqual(Math.min(300, 125 * most));
  });

  test('clients expand and shrink, when they are told', () => {
    const servers = fakeMembers(12);
    for (const clients of [4, 7, 3]) {
      const fleet = new Fleet(clients, child, 4);
      fleet.send(servers);
      expect(fleet.most).toBeLessThanOrEqual(((clients * 150) / 12) * most);
    }
  });
});

describe('deterministic_aperture', () => {
  test('connects what it covers, lets the others go, and gives its child the overlaps as weights', () => {
    const members = fakeMembers(30);
    const weights: number[] = [];
    const seen: BalancingPolicy = {
      name: 'seen',
      createLoad: () => new OutstandingLoad(),
      update(views, context) {
        weights.push(...views.map(weightOf));
        return roundRobin()().update(views, context);
      },
    };
    const policy = deterministicAperture({
      instanceId: 1,
      totalInstances: 7,
      minAperture: 4,
      childPolicy: () => seen,
    })();
    const { connect, letGo } = policy.update(members, contextAt());
    expect([connect.length, letGo?.length]).toEqual([5, 25]);
    // 30/7 is 4.286: from 4.286 to 8.571.
    expect(weights.map((weight) => Number(weight.toFixed(3)))).toEqual([0.714, 1, 1, 1, 0.571]);
    expect(sum(weights)).toBeCloseTo(30 / 7, 9);
  });

  test('all clients agree on the order, however they learnt of the members', () => {
    const members = fakeMembers(40);
    const usersOf = (order: (all: readonly FakeMember[]) => readonly FakeMember[]) => {
      const users = new Map<FakeMember, number>();
      for (let instanceId = 0; instanceId < 10; instanceId += 1) {
        const policy = deterministicAperture({ instanceId, totalInstances: 10, minAperture: 4 })();
        const all = instanceId % 2 === 0 ? members : order(members);
        for (const member of policy.update(all, contextAt()).connect) users.set(member, (users.get(member) ?? 0) + 1);
      }
      return users;
    };
    const users = usersOf((all) => all.toReversed());
    expect([users.size, new Set(users.values())]).toEqual([40, new Set([1])]);
  });

  test('uses all of few, twelve unless told otherwise, and is idle over nobody', () => {
    const create = policyOf('deterministic_aperture', { instanceId: 0, totalInstances: 100 });
    expect(create.update(fakeMembers(8), contextAt()).connect).toHaveLength(8);
    expect(create.update(fakeMembers(100), contextAt()).connect).toHaveLength(12);
    expect(create.update([], contextAt()).picker.pick(firstAttempt, 0).kind).toBe('wait');
    const update = create.update(fakeMembers(1), contextAt());
    expect([update.connect.length, update.letGo]).toEqual([1, undefined]);
  });

  test('weights without sense make a slice all the same', () => {
    for (const weight of [NaN, -1, 0, Infinity, 1e308, 5e-324]) {
      const members = fakeMembers(20).map((member, index) =>
        Object.assign(member, {
          endpoint: endpointAt(member.endpoint.addresses[0], index % 2 === 0 ? { weight } : {}),
        }),
      );
      const used = new Set<FakeMember>();
      for (let instanceId = 0; instanceId < 5; instanceId += 1) {
        const policy = deterministicAperture({ instanceId, totalInstances: 5, minAperture: 4 })();
        const { connect, picker } = policy.update(members, contextAt());
        for (const member of connect) used.add(member);
        expect(picker.pick(firstAttempt, 0).kind).toBe('picked');
      }
      expect(used.size).toBeGreaterThanOrEqual(10);
    }
  });

  test.each([
    [{ totalInstances: 3 }, '.instanceId: undefined (expected: an integer, at least 0)'],
    [{ instanceId: 3, totalInstances: 3 }, '.instanceId: 3 (expected: an integer below totalInstances, which is 3)'],
    [{ instanceId: 0, totalInstances: 0 }, '.totalInstances: 0 (expected: an integer, at least 1)'],
    [{ instanceId: -1, totalInstances: 1 }, '.instanceId: -1 (expected: an integer, at least 0)'],
    [{ instanceId: 0, totalInstances: 1, minAperture: 0 }, '.minAperture: 0 (expected: an integer, at least 1)'],
  ])('%j is refused', (config, message) => {
    expect(() => policyOf('deterministic_aperture', config)).toThrow(`lb[0].deterministic_aperture${message}`);
    expect(() => deterministicAperture(config as never)).toThrow(`deterministic_aperture${message}`);
  });
});
