import { describe, expect, test } from '@jest/globals';
import { ScriptedRandom } from '@fairlead/testing';
import { attemptAfter, fakeMembers, firstAttempt, memberOf, type FakeMember } from '../../test/support/fake-member.js';
import { chiSquare, chiSquareLimit, withSeed } from '../../test/support/statistics.js';
import type { Random } from '../random/random.js';
import { LeastLoadedPicker } from './least-loaded.js';
import { pickedReady } from '../pick/ready-members.js';

const pickerOver = (members: readonly FakeMember[], random: Random) =>
  new LeastLoadedPicker(pickedReady(members), random);

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
