import { describe, expect, test } from '@jest/globals';
import { ScriptedRandom } from '@fairlead/testing';
import {
  attemptAfter,
  fakeMembers,
  firstAttempt,
  memberOf,
  weighed,
  type FakeMember,
} from '../../test/support/fake-member.js';
import { chiSquare, chiSquareLimit, expectShares, withSeed } from '../../test/support/statistics.js';
import { CallSimulation } from '../../test/support/call-simulation.js';
import { PeakEwmaLoad } from '../load/peak-ewma.js';
import type { Random } from '../random/random.js';
import { LeastLoadedPicker } from './least-loaded.js';
import { pickedReady } from '../pick/ready-members.js';
import { relativeWeights } from './sampling/relative-weights.js';

const pickerOver = (members: readonly FakeMember[], random: Random) =>
  new LeastLoadedPicker(pickedReady(members), random);

function pickerByWeight(members: readonly FakeMember[], random: Random) {
  const ready = pickedReady(members);
  const weights = relativeWeights(ready);
  return new LeastLoadedPicker(ready, random, { weights, chances: weights });
}

describe('LeastLoadedPicker', () => {
  test('picks the less loaded of two, the first of two equal ones', () => {
    const members = fakeMembers(3);
    members[0]!.load.begin(0);
    // Draws: first index, then index among the rest.
    const picker = pickerOver(members, new ScriptedRandom([0, 0, 0.4, 0, 0.4, 0.6]));
    expect(memberOf(picker.pick(firstAttempt, 0))).toBe(members[1]);
    expect(memberOf(picker.pick(firstAttempt, 0))).toBe(members[1]);
    expect(memberOf(picker.pick(firstAttempt, 0))).toBe(members[1]);
  });

  test('never picks the most loaded of all, never compares one with itself', () => {
    withSeed(5, (random) => {
      const members = fakeMembers(4);
      members[3]!.load.begin(0);
      const picker = pickerOver(members, random);
      for (let made = 0; made < 1_000; made++) expect(memberOf(picker.pick(firstAttempt, 0))).not.toBe(members[3]);
    });
  });

  test('is uniform among equals', () => {
    withSeed(6, (random) => {
      const members = fakeMembers(10);
      const picker = pickerOver(members, random);
      const counts = new Array<number>(10).fill(0);
      for (let made = 0; made < 20_000; made++) counts[members.indexOf(memberOf(picker.pick(firstAttempt, 0)))]!++;
      expect(chiSquare(counts)).toBeLessThan(chiSquareLimit(9));
    });
  });

  test('chooses among untried members while there is one, uniformly among equals', () => {
    withSeed(7, (random) => {
      const members = fakeMembers(6);
      const picker = pickerOver(members, random);
      const retry = attemptAfter([members[1]!, members[4]!]);
      const counts = [0, 0, 0, 0, 0, 0];
      for (let made = 0; made < 8_000; made++) counts[members.indexOf(memberOf(picker.pick(retry, 0)))]!++;
      expect([counts[1], counts[4]]).toEqual([0, 0]);
      expect(chiSquare(counts.filter((count) => count > 0))).toBeLessThan(chiSquareLimit(3));
      expect(memberOf(picker.pick(attemptAfter(members.slice(1)), 0))).toBe(members[0]);
      expect(members).toContain(memberOf(picker.pick(attemptAfter(members), 0)));
    });
  });

  test('a single member needs no draw, and a pick makes no object', () => {
    const members = fakeMembers(1);
    const picker = pickerOver(members, new ScriptedRandom([]));
    expect(picker.pick(firstAttempt, 0)).toBe(picker.pick(attemptAfter(members), 0));
  });
});

describe('LeastLoadedPicker with weights', () => {
  const WEIGHTS = [1, 2, 3, 4, 10];
  const fleet = (createLoad?: () => PeakEwmaLoad) =>
    fakeMembers(WEIGHTS.length, 'ready', createLoad).map((member, index) => weighed(member, WEIGHTS[index]!));

  test('idle members get calls in proportion to their weights', () => {
    withSeed(8, (random) => {
      const members = fleet();
      const picker = pickerByWeight(members, random);
      const counts = WEIGHTS.map(() => 0);
      for (let made = 0; made < 50_000; made++) counts[members.indexOf(memberOf(picker.pick(firstAttempt, 0)))]!++;
      expectShares(counts, WEIGHTS);
    });
  });

  test('known and idle members get calls in proportion, too: nobody has a call that weighs less', () => {
    withSeed(13, (random) => {
      const members = fleet(() => {
        const load = new PeakEwmaLoad();
        load.begin(0).end(10, 'success');
        return load;
      });
      const picker = pickerByWeight(members, random);
      const counts = WEIGHTS.map(() => 0);
      for (let made = 0; made < 20_000; made++) counts[members.indexOf(memberOf(picker.pick(firstAttempt, 10)))]!++;
      expectShares(counts, WEIGHTS);
    });
  });

  // Balancing makes shares more even than independent draws are, so 5 σ of those are generous.
  test('busy members get calls in proportion to their weights', () => {
    withSeed(9, (random) => {
      const members = fleet(() => new PeakEwmaLoad());
      const answer = () => ({ afterMs: 100, outcome: 'success' }) as const;
      const simulation = new CallSimulation(pickerByWeight(members, random), answer);
      simulation.run(20_000, 5_000);
      const counts = members.map((member) => simulation.callsTo(member, 1_000));
      const total = counts.reduce((sum, count) => sum + count, 0);
      counts.forEach((count, index) => {
        const share = WEIGHTS[index]! / 20;
        expect(Math.abs(count / total / share - 1)).toBeLessThan(0.05);
      });
    });
  });

  test('a heavy member takes a call where a light one with as many in flight does not', () => {
    const [light, heavy] = fleet().slice(3) as [FakeMember, FakeMember];
    for (const { load } of [light, heavy]) for (let calls = 0; calls < 3; calls++) load.begin(0);
    // The table of two has two slots; the lighter of the two owns 4/7 of its slot.
    const picker = pickerByWeight([light, heavy], new ScriptedRandom([0, 0.75]));
    expect(memberOf(picker.pick(firstAttempt, 0))).toBe(heavy);
  });

  test('a further attempt goes to an untried member by its weight', () => {
    withSeed(10, (random) => {
      const members = fleet();
      const picker = pickerByWeight(members, random);
      const retry = attemptAfter([members[4]!]);
      const counts = WEIGHTS.map(() => 0);
      for (let made = 0; made < 20_000; made++) counts[members.indexOf(memberOf(picker.pick(retry, 0)))]!++;
      expect(counts.pop()).toBe(0);
      expectShares(counts, WEIGHTS.slice(0, 4));
    });
  });

  test('a member with almost all the weight is picked without a second one', () => {
    withSeed(11, (random) => {
      const members = fakeMembers(2);
      weighed(members[0]!, 1e15);
      const picker = pickerByWeight(members, random);
      for (let made = 0; made < 1_000; made++) expect(memberOf(picker.pick(firstAttempt, 0))).toBe(members[0]);
      expect(memberOf(picker.pick(attemptAfter([members[0]!]), 0))).toBe(members[1]);
    });
  });
});

test('a call that has tried all of ten thousand but one finds it', () => {
  withSeed(12, (random) => {
    const members = fakeMembers(10_000);
    const left = members[7_654]!;
    const retry = attemptAfter(members.filter((member) => member !== left));
    expect(memberOf(pickerOver(members, random).pick(retry, 0))).toBe(left);
  });
});
