import { describe, expect, test } from '@jest/globals';
import { SeededRandom } from '@fairlead/testing';
import { CallSimulation } from '../../../test/support/call-simulation.js';
import { FakeMember, fakeMembers, firstAttempt, memberOf } from '../../../test/support/fake-member.js';
import { contextAt, policyOf } from '../../../test/support/policy.js';
import { expectShares, withSeed } from '../../../test/support/statistics.js';
import { PeakEwmaLoad } from '../../load/peak-ewma.js';
import type { BalancingPolicy } from '../../pick/balancing-policy.js';
import { leastRequest } from '../least-request.js';
import { peakEwma } from '../peak-ewma-policy.js';

const POLICIES = ['peak_ewma', 'least_request'] as const;
const config = (settings: object = {}) => ({ slowStart: { window: '60s', ...settings } });

/** Ten members that have been ready for an hour at time 0, and one that the policy sees for the first time then. */
function withNewcomer(policy: BalancingPolicy): { readonly members: FakeMember[]; readonly fresh: FakeMember } {
  const members = fakeMembers(11);
  const fresh = members[10]!;
  policy.update(members.slice(0, 10), contextAt(-3_600_000));
  policy.update(members, contextAt(0));
  return { members, fresh };
}

/** How many of 20 000 calls to idle members the one got, and the others together. */
function sharesAt(policy: BalancingPolicy, members: readonly FakeMember[], one: FakeMember, now: number, seed: number) {
  const { picker } = policy.update(members, contextAt(now, new SeededRandom(seed)));
  let got = 0;
  for (let made = 0; made < 20_000; made++) if (memberOf(picker.pick(firstAttempt, now)) === one) got++;
  return [got, 20_000 - got];
}

describe.each(POLICIES)('slow start of %s', (name) => {
  test.each([
    [{}, 0, 0.1],
    [{}, 3_000, 0.1],
    [{}, 15_000, 0.25],
    [{}, 30_000, 0.5],
    [{}, 54_000, 0.9],
    [{}, 60_000, 1],
    [{ aggression: 2 }, 15_000, 0.5],
    [{ aggression: 0.5 }, 30_000, 0.25],
    [{ minWeightPercent: 40 }, 15_000, 0.4],
    [{ minWeightPercent: 100 }, 0, 1],
    [{ minWeightPercent: 0 }, 0, 1 / 60_000],
  ])('with %j a member of the age %d ms gets %d of its share', (settings, age, factor) => {
    const policy = policyOf(name, config(settings));
    const { members, fresh } = withNewcomer(policy);
    expectShares(sharesAt(policy, members, fresh, age, 41), [factor, 10]);
  });

  test('the factor says how often a member is drawn, not how busy its calls in flight make it', () => {
    const policy = policyOf(name, config());
    const { members, fresh } = withNewcomer(policy);
    for (const { load } of members) for (let calls = 0; calls < 2; calls++) load.begin(0);
    expectShares(sharesAt(policy, members, fresh, 30_000, 50), [0.5, 10]);
  });

  test('after the window picks cost what they cost without, and nothing is scheduled', () => {
    const policy = policyOf(name, config());
    const { members } = withNewcomer(policy);
    const during = policy.update(members, contextAt(59_999));
    expect(during.revisitInMs).toBe(600);
    const after = policy.update(members, contextAt(60_000, new SeededRandom(42)));
    const plain = policyOf(name).update(members, contextAt(60_000, new SeededRandom(42)));
    expect([after.revisitInMs, plain.revisitInMs]).toEqual([undefined, undefined]);
    const picks = (picker: typeof after.picker) =>
      Array.from({ length: 200 }, () => memberOf(picker.pick(firstAttempt, 60_000)));
    expect(picks(after.picker)).toEqual(picks(plain.picker));
  });

  test('members that start together share alike', () => {
    withSeed(43, (random) => {
      const members = fakeMembers(4);
      const { picker } = policyOf(name, config()).update(members, contextAt(0, random));
      const counts = [0, 0, 0, 0];
      for (let made = 0; made < 20_000; made++) counts[members.indexOf(memberOf(picker.pick(firstAttempt, 0)))]!++;
      expectShares(counts, [1, 1, 1, 1]);
    });
  });

  test('what counts is how new a member is beside the others, also when all are new', () => {
    const policy = policyOf(name, config());
    const members = fakeMembers(11);
    policy.update(members.slice(0, 10), contextAt(0));
    policy.update(members, contextAt(30_000));
    expectShares(sharesAt(policy, members, members[10]!, 30_000, 47), [0.1, 10 * 0.5]);
  });

  test('a member that was away is new again, also when all were', () => {
    const policy = policyOf(name, config());
    const { members } = withNewcomer(policy);
    const [lost] = members as [FakeMember];
    lost.connectivity = 'connecting';
    policy.update(members, contextAt(100_000));
    lost.connectivity = 'ready';
    expectShares(sharesAt(policy, members, lost, 100_100, 44), [0.1, 10]);
    expectShares(sharesAt(policy, members, lost, 130_100, 44), [0.5, 10]);
    policy.update([], contextAt(200_000));
    expectShares(sharesAt(policy, members, lost, 200_100, 44), [1, 10]);
  });

  test('one that came while the clock was an hour ahead is new for no longer than a window', () => {
    const policy = policyOf(name, config());
    const members = fakeMembers(11);
    policy.update(members.slice(0, 10), contextAt(-3_600_000));
    policy.update(members, contextAt(3_600_000));
    expectShares(sharesAt(policy, members, members[10]!, 0, 48), [0.1, 10]);
    expectShares(sharesAt(policy, members, members[10]!, 30_000, 49), [0.5, 10]);
    expect(policy.update(members, contextAt(60_000)).revisitInMs).toBeUndefined();
  });

  test('a clock that jumps back or forth an hour makes nobody impossible', () => {
    const policy = policyOf(name, config());
    const { members, fresh } = withNewcomer(policy);
    expectShares(sharesAt(policy, members, fresh, 30_000, 45), [0.5, 10]);
    for (const now of [30_000 - 3_600_000, 30_000 + 3_600_000, NaN]) {
      const [got, others] = sharesAt(policy, members, fresh, now, 45) as [number, number];
      expect([got > 0, others > 0]).toEqual([true, true]);
    }
  });
});

test('under load a new member gets its factor of a share at least, twice that at most, and never more than the others', () => {
  const policy = peakEwma({ slowStart: { windowMs: 60_000 } })();
  const members = fakeMembers(10, 'ready', () => new PeakEwmaLoad());
  const random = new SeededRandom(46);
  const fresh = members[9]!;
  const { picker } = policy.update(members.slice(0, 9), contextAt(0, random));
  const simulation = new CallSimulation(picker, () => ({ afterMs: 100, outcome: 'success' }));
  simulation.run(100_000, 500);
  const begun = simulation.clock.now();
  const perTenth = Array.from({ length: 6 }, () => {
    const from = simulation.clock.now();
    for (let step = 0; step < 10; step++) {
      const now = simulation.clock.now();
      simulation.picker = policy.update(members, contextAt(now, random)).picker;
      simulation.run(1_000, 500);
    }
    const fair = (simulation.clock.now() - from) * 0.05;
    return { factor: (from - begun + 5_000) / 60_000, share: simulation.callsTo(fresh, from) / fair };
  });
  for (const { factor, share } of perTenth) {
    expect(share).toBeGreaterThan(factor - 0.06);
    expect(share).toBeLessThan(Math.min(1, 2 * factor) + 0.12);
  }
});

describe('the options of slow start', () => {
  test.each([
    [{ window: '0s' }, 'slowStart.window: "0s" (expected: a duration, 1 to 3600000 ms)'],
    [{}, 'slowStart.window: undefined (expected: a duration, 1 to 3600000 ms)'],
    [{ window: '1s', minWeightPercent: 101 }, 'slowStart.minWeightPercent: 101 (expected: a number, 0 to 100)'],
    [{ window: '1s', minWeightPercent: -1 }, 'slowStart.minWeightPercent: -1'],
    [{ window: '1s', aggression: 0 }, 'slowStart.aggression: 0 (expected: a number, 0.01 to 100)'],
    [{ window: '1s', aggression: '1' }, 'slowStart.aggression: "1"'],
    [5, 'slowStart: 5 (expected: an object)'],
  ])('%j is refused', (slowStart, message) => {
    for (const name of POLICIES) expect(() => policyOf(name, { slowStart })).toThrow(message);
  });

  test('in the typed spelling they are the same', () => {
    expect(peakEwma({ slowStart: { windowMs: 1, minWeightPercent: 0, aggression: 100 } })().name).toBe('peak_ewma');
    expect(() => leastRequest({ slowStart: { windowMs: 0 } })).toThrow('least_request.slowStart.windowMs: 0');
    expect(() => leastRequest({ slowStart: { window: 5 } as never })).toThrow('did you mean `windowMs`?');
  });
});
