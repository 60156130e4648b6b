import { describe, expect, test } from '@jest/globals';
import { SeededRandom } from '@fairlead/testing';
import {
  attemptAfter,
  attributed,
  fakeMembers,
  firstAttempt,
  memberOf,
  type FakeMember,
} from '../../../test/support/fake-member.js';
import { contextAt, policyOf } from '../../../test/support/policy.js';
import { expectShares, withSeed } from '../../../test/support/statistics.js';
import type { BalancingPolicy, PolicyContext, PolicyUpdate } from '../../pick/balancing-policy.js';
import type { MemberView, PickResult } from '../../pick/picker.js';
import { failureAccrual } from '../failure-accrual/failure-accrual.js';
import { pickFirst } from '../pick-first.js';
import { ringHash } from '../ring-hash/ring-hash-policy.js';
import { roundRobin } from '../round-robin.js';
import { priority } from './priority.js';
import { zonePreference } from './zone-preference.js';

const rr = { childPolicy: [{ round_robin: {} }] };

/** So many members for each priority, in order. */
function tiersOf(...sizes: number[]): FakeMember[][] {
  const members = fakeMembers(sizes.reduce((sum, size) => sum + size));
  return sizes.map((size, tier) => members.splice(0, size).map((member) => attributed(member, { priority: tier })));
}

function ready(members: readonly FakeMember[], n: number): void {
  members.forEach((member, index) => (member.connectivity = index < n ? 'ready' : 'transient-failure'));
}

/** How many of 10 000 calls each tier got. */
function spread(policy: BalancingPolicy, tiers: readonly (readonly FakeMember[])[], seed = 51): number[] {
  const { picker } = policy.update(tiers.flat(), contextAt(0, new SeededRandom(seed)));
  const counts = tiers.map(() => 0);
  for (let made = 0; made < 10_000; made++) {
    const member = memberOf(picker.pick(firstAttempt, 0));
    counts[tiers.findIndex((tier) => tier.includes(member))]!++;
  }
  return counts;
}

describe.each(['priority', 'priority_experimental'])('%s', (name) => {
  const policy = (config: object = rr) => policyOf(name, config);

  test.each([
    [10, [1, 0]],
    [8, [1, 0]],
    [7, [0.98, 0.02]],
    [5, [0.7, 0.3]],
    [1, [0.14, 0.86]],
    [0, [0, 1]],
  ])('%d of 10 ready', (n, shares) => {
    const tiers = tiersOf(10, 10);
    ready(tiers[0]!, n);
    expectShares(spread(policy(), tiers), shares);
  });

  test('what all together cannot take is spread by what they can', () => {
    const tiers = tiersOf(4, 4, 10);
    ready(tiers[0]!, 1);
    ready(tiers[1]!, 1);
    ready(tiers[2]!, 2);
    expectShares(spread(policy(), tiers), [35, 35, 28]);
  });

  test("gRPC's own config is refused, with what to use instead", () => {
    const child = { config: [{ round_robin: {} }] };
    expect(() => policy({ children: { p0: child }, priorities: ['p0'] })).toThrow(
      `lb[0].${name}.children: {"p0":{"config":[{"round_robin":{}}]}} (expected: nothing: childPolicy is the policy of all tiers)`,
    );
    expect(() => policy({ priorities: ['p0'] })).toThrow(
      'nothing: each endpoint brings its own, EndpointAttributes.priority',
    );
    expect(() => policy({ children: null, priorities: null })).not.toThrow();
  });

  test('numbers may have gaps, and what is no priority is the first', () => {
    const members = fakeMembers(5).map((member, index) =>
      attributed(member, { priority: [7, NaN, -1, 0.5, 0][index]! }),
    );
    const counts = spread(policy(), [members.slice(1), members.slice(0, 1)]);
    expect(counts).toEqual([10_000, 0]);
    ready(members.slice(1), 0);
    expect(spread(policy(), [members.slice(1), members.slice(0, 1)])).toEqual([0, 10_000]);
  });
});

describe('tiers', () => {
  test('all are kept connected, so that the next one can take over at once', () => {
    const tiers = tiersOf(2, 2);
    const policy = policyOf('priority', rr);
    const { connect } = policy.update(tiers.flat(), contextAt());
    expect(new Set(connect)).toEqual(new Set(tiers.flat()));
    ready(tiers[0]!, 0);
    expect(spread(policy, tiers)).toEqual([0, 10_000]);
    ready(tiers[0]!, 2);
    expect(spread(policy, tiers)).toEqual([10_000, 0]);
    expect(spread(policy, [[], tiers[1]!])).toEqual([0, 10_000]);
  });

  test('calls wait while nobody is ready, or nobody is there', () => {
    const [members] = tiersOf(2) as [FakeMember[]];
    ready(members, 0);
    const policy = policyOf('priority');
    expect(policy.update(members, contextAt()).picker.pick(firstAttempt, 0)).toEqual({ kind: 'wait' });
    expect(policy.update([], contextAt()).picker.pick(firstAttempt, 0)).toEqual({ kind: 'wait' });
  });

  test('a call that has tried its tier goes to the next, and to any when it has tried all', () => {
    const tiers = tiersOf(2, 1, 1);
    const { picker } = policyOf('priority', rr).update(tiers.flat(), contextAt());
    expect(memberOf(picker.pick(attemptAfter([tiers[0]![0]!]), 0))).toBe(tiers[0]![1]);
    expect(memberOf(picker.pick(attemptAfter(tiers[0]!), 0))).toBe(tiers[1]![0]);
    expect(memberOf(picker.pick(attemptAfter([...tiers[0]!, ...tiers[1]!]), 0))).toBe(tiers[2]![0]);
    expect(tiers[0]).toContain(memberOf(picker.pick(attemptAfter(tiers.flat()), 0)));
  });

  test('a call that is sent on to a tier that it has tried goes back to the nearer one', () => {
    withSeed(52, (random) => {
      const tiers = tiersOf(10, 1);
      ready(tiers[0]!, 1);
      const { picker } = policyOf('priority', rr).update(tiers.flat(), contextAt(0, random));
      const retry = attemptAfter(tiers[1]!);
      for (let made = 0; made < 100; made++) expect(memberOf(picker.pick(retry, 0))).toBe(tiers[0]![0]);
    });
  });

  test.each<[string, object]>([
    ['round_robin', {}],
    ['weighted_round_robin', {}],
  ])('%s: calls that leave their tier are spread, and leave its turns as they are', (name, config) => {
    const tiers = tiersOf(2, 4);
    const make = () => policyOf('priority', { childPolicy: [{ [name]: config }] });
    const { picker } = make().update(tiers.flat(), contextAt());
    const undisturbed = make().update(tiers.flat(), contextAt()).picker;
    const counts = new Map<FakeMember, number>();
    for (let call = 0; call < 400; call++) {
      const first = memberOf(picker.pick(firstAttempt, 0));
      expect(first).toBe(memberOf(undisturbed.pick(firstAttempt, 0)));
      const again = memberOf(picker.pick(attemptAfter(tiers[0]!), 0));
      counts.set(again, (counts.get(again) ?? 0) + 1);
    }
    expect(tiers[1]!.map((member) => counts.get(member))).toEqual([100, 100, 100, 100]);
  });

  test('a tier of pick_first is as healthy as the one that it wants', () => {
    const tiers = tiersOf(5, 5);
    ready(tiers[0]!, 1);
    const policy = priority({ childPolicy: pickFirst() })();
    expect(spread(policy, tiers)).toEqual([10_000, 0]);
    ready(tiers[0]!, 0);
    expect(spread(policy, tiers)).toEqual([0, 10_000]);
  });

  test('a member that changes tiers keeps its load', () => {
    const policy = priority({ childPolicy: roundRobin() })();
    const load = policy.createLoad();
    load.begin(0);
    const [member] = fakeMembers(1, 'ready', () => load) as [FakeMember];
    for (const tier of [0, 1, 0]) {
      const { picker } = policy.update([attributed(member, { priority: tier })], contextAt());
      expect(memberOf(picker.pick(firstAttempt, 0)).load.inFlight).toBe(1);
    }
  });
});

describe('what children want', () => {
  /** A policy that wants what it is told. */
  class Told implements BalancingPolicy {
    readonly name = 'told';
    seen: readonly MemberView[] = [];
    answer: PickResult<never> | undefined;
    extra: Partial<PolicyUpdate> = {};
    createLoad = roundRobin()().createLoad;
    update<M extends MemberView>(members: readonly M[], context: PolicyContext): PolicyUpdate<M> {
      this.seen = members;
      const update = roundRobin()().update(members, context);
      const picker = this.answer === undefined ? update.picker : { pick: () => this.answer! };
      return { ...update, ...(this.extra as Partial<PolicyUpdate<M>>), picker };
    }
  }

  function bench() {
    const made: Told[] = [];
    const policy = priority({
      childPolicy: () => {
        made.push(new Told());
        return made.at(-1)!;
      },
    })();
    const tiers = tiersOf(2, 2);
    const update = () => policy.update(tiers.flat(), contextAt());
    update();
    return { children: made as [Told, Told], tiers: tiers as [FakeMember[], FakeMember[]], update };
  }

  test('is merged', () => {
    const { children, tiers, update } = bench();
    const ejected = [{ member: tiers[0][0]!, cause: 'success-rate', untilMs: 5 } as const];
    children[0].extra = { ejected, letGo: [tiers[0][1]!], revisitInMs: 7 };
    children[1].extra = { letGo: [tiers[1][1]!], revisitInMs: 5, connect: [] };
    expect(update()).toMatchObject({
      connect: tiers[0],
      letGo: [tiers[0][1], tiers[1][1]],
      ejected,
      revisitInMs: 5,
    });
    children[0].extra = {};
    children[1].extra = {};
    expect(update()).toMatchObject({ letGo: [], ejected: [], revisitInMs: undefined });
  });

  test('members that are ejected do not serve, also in a panic of their tier, unless nobody else is left', () => {
    const { children, tiers, update } = bench();
    const ejected = tiers[0].map((member) => ({ member, cause: 'success-rate', untilMs: 5 }) as const);
    children[0].extra = { ejected };
    expect(tiers[1]).toContain(memberOf(update().picker.pick(firstAttempt, 0)));
    children[0].extra = { ejected: ejected.map((one) => ({ ...one, heeded: false })) };
    expect(tiers[1]).toContain(memberOf(update().picker.pick(firstAttempt, 0)));
    ready(tiers[1], 0);
    expect(tiers[0]).toContain(memberOf(update().picker.pick(firstAttempt, 0)));
  });

  test('members that failed are missing, also where the policy does not ask for them', () => {
    const policy = priority({ childPolicy: ringHash() })();
    const tiers = tiersOf(10, 4);
    ready(tiers[0]!, 1);
    // One of ten, times 1.4.
    expectShares(spread(policy, tiers), [0.14, 0.86]);
  });

  test('one that is ejected and has lost its connection is missing once', () => {
    const childPolicy = failureAccrual({ childPolicy: roundRobin(), panicThreshold: 0 });
    const policy = priority({ childPolicy })();
    const members = fakeMembers(20, 'ready', () => policy.createLoad());
    const tiers = [members.slice(0, 10), members.slice(10)];
    tiers.forEach((tier, priority) => tier.forEach((member) => attributed(member, { priority })));
    policy.update(members, contextAt());
    for (const { load } of members.slice(3, 7)) {
      for (let call = 0; call < 7; call++) load.begin(0).end(0, 'failure');
    }
    ready(tiers[0]!, 5);
    // Three of ten serve: of the four that are ejected two are not ready.
    expectShares(spread(policy, tiers), [0.42, 0.58]);
  });

  test('a tier that makes calls wait although it has members passes them on; one that connects for them does not', () => {
    const { children, tiers, update } = bench();
    children[0].answer = { kind: 'wait' };
    expect(tiers[1]).toContain(memberOf(update().picker.pick(firstAttempt, 0)));
    children[0].answer = { kind: 'wait', connect: tiers[0][0]! as never };
    expect(update().picker.pick(firstAttempt, 0)).toEqual({ kind: 'wait', connect: tiers[0][0] });
    children[0].answer = { kind: 'fail', reason: 'no' };
    expect(update().picker.pick(firstAttempt, 0)).toEqual({ kind: 'fail', reason: 'no' });
  });

  test('a lazy tier that wants nobody yet is asked', () => {
    const { children, tiers, update } = bench();
    for (const member of tiers[0]) member.connectivity = 'idle';
    children[0].extra = { connect: [] };
    children[0].answer = { kind: 'wait', connect: tiers[0][0]! as never };
    expect(update().picker.pick(firstAttempt, 0)).toEqual({ kind: 'wait', connect: tiers[0][0] });
  });

  test('a child is told that its tier is empty before it is given up', () => {
    const { children, tiers, update } = bench();
    for (const member of tiers[1]) attributed(member, { priority: 0 });
    update();
    expect([children[0].seen.length, children[1].seen]).toEqual([4, []]);
  });
});

describe('zone_preference', () => {
  const inZones = (...sizes: number[]): FakeMember[][] => {
    const members = fakeMembers(sizes.reduce((sum, size) => sum + size));
    return sizes.map((size, zone) => members.splice(0, size).map((member) => attributed(member, { zone: `z${zone}` })));
  };
  const policy = () => policyOf('zone_preference', { zone: 'z0', ...rr });

  test('calls stay in the zone as long as enough of it is ready, and all go on when it is lost', () => {
    const tiers = inZones(5, 5);
    expect(spread(policy(), tiers)).toEqual([10_000, 0]);
    ready(tiers[0]!, 4);
    expect(spread(policy(), tiers)).toEqual([10_000, 0]);
    ready(tiers[0]!, 2);
    expectShares(spread(policy(), tiers), [0.56, 0.44]);
    ready(tiers[0]!, 0);
    expect(spread(policy(), tiers)).toEqual([0, 10_000]);
  });

  test('other zones are equal', () => {
    const tiers = inZones(1, 5, 5);
    ready(tiers[0]!, 0);
    expectShares(
      spread(policyOf('zone_preference', { zone: 'z0', childPolicy: [{ peak_ewma: {} }] }), tiers),
      [0, 1, 1],
    );
  });

  test('our node first', () => {
    const tiers = inZones(1, 2, 2);
    attributed(tiers[0]![0]!, { zone: 'z1', node: 'n' });
    const near = zonePreference({ zone: 'z1', node: 'n', childPolicy: roundRobin() })();
    expect(spread(near, tiers)).toEqual([10_000, 0, 0]);
    ready(tiers[0]!, 0);
    expect(spread(near, tiers)).toEqual([0, 10_000, 0]);
    ready(tiers[1]!, 0);
    expect(spread(near, tiers)).toEqual([0, 0, 10_000]);
  });

  test('members of the roster move when hints come and go', () => {
    const tiers = inZones(2, 2);
    const kept = policy();
    expect(spread(kept, tiers)).toEqual([10_000, 0]);
    for (const member of tiers[0]!) attributed(member, { zone: 'z0', hints: { zones: ['z1'] } });
    for (const member of tiers[1]!) attributed(member, { zone: 'z1', hints: { zones: ['z0'] } });
    expect(spread(kept, tiers)).toEqual([0, 10_000]);
  });

  test.each([
    [{}, 'zone_preference.zone: undefined (expected: a string that is not empty)'],
    [{ zone: '' }, 'zone_preference.zone: "" (expected: a string that is not empty)'],
    [{ zone: 'a', node: 5 }, 'zone_preference.node: 5 (expected: a string that is not empty)'],
    [{ zone: 'a', overprovisioning: 0.9 }, 'zone_preference.overprovisioning: 0.9 (expected: a number, 1 to 100)'],
    [{ zone: 'a', overprovisioning: 101 }, 'zone_preference.overprovisioning: 101'],
    [{ zone: 'a', childPolicy: [{ nobody: {} }] }, 'nobody: not supported'],
  ])('%j is refused', (config, message) => {
    expect(() => policyOf('zone_preference', config)).toThrow(message);
  });

  test('the typed options are checked at the call', () => {
    expect(() => zonePreference({} as never)).toThrow('zone_preference.zone: undefined');
    expect(() => priority({ overprovisioning: NaN })).toThrow(
      'priority.overprovisioning: NaN (expected: a number, 1 to 100)',
    );
  });
});
