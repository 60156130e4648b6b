import { describe, expect, test } from '@jest/globals';
import { ScriptedRandom } from '@fairlead/testing';
import { attemptAfter, fakeMembers, firstAttempt, memberOf, type FakeMember } from '../../test/support/fake-member.js';
import { chiSquare, chiSquareLimit, withSeed } from '../../test/support/statistics.js';
import { contextAt, policyOf } from '../../test/support/policy.js';
import type { Random } from '../random/random.js';

const policy = () => policyOf('round_robin');

function pickerOver(members: readonly FakeMember[], random: Random = new ScriptedRandom([0])) {
  return policy().update(members, contextAt(0, random)).picker;
}

describe('round_robin', () => {
  // grpc-go CheckRoundRobinRPCs: the rounds are the same, and a round hits everybody once.
  test('picks every ready member once per round, in the same order each round', () => {
    const members = fakeMembers(5);
    members[2]!.connectivity = 'connecting';
    const picker = pickerOver(members, new ScriptedRandom([0.5]));
    const round = () => [1, 2, 3, 4].map(() => memberOf(picker.pick(firstAttempt, 0)));
    const first = round();
    expect(first).toEqual([members[3], members[4], members[0], members[1]]);
    expect([round(), round()]).toEqual([first, first]);
  });

  test('starts anywhere with the same probability', () => {
    withSeed(11, (random) => {
      const members = fakeMembers(8);
      const starts = new Array<number>(8).fill(0);
      for (let update = 0; update < 8_000; update++) {
        starts[members.indexOf(memberOf(pickerOver(members, random).pick(firstAttempt, 0)))]!++;
      }
      expect(chiSquare(starts)).toBeLessThan(chiSquareLimit(7));
    });
  });

  test('passes over members that the call has tried', () => {
    const members = fakeMembers(4);
    const picker = pickerOver(members);
    expect(memberOf(picker.pick(attemptAfter([members[0]!, members[1]!]), 0))).toBe(members[2]);
  });

  test('does not let further attempts move the turn, so that one bad pod of two gets every second call only', () => {
    const members = fakeMembers(2);
    const picker = pickerOver(members);
    const firstOf = () => {
      const first = memberOf(picker.pick(firstAttempt, 0));
      if (first === members[0]) expect(memberOf(picker.pick(attemptAfter([members[0]]), 0))).toBe(members[1]);
      return first;
    };
    expect([firstOf(), firstOf(), firstOf(), firstOf()]).toEqual([members[0], members[1], members[0], members[1]]);
  });

  test('spreads what calls that had a bad pod have left over all others, not on the one behind it', () => {
    const members = fakeMembers(4);
    const picker = pickerOver(members);
    const counts = members.map(() => 0);
    for (let call = 0; call < 1_200; call++) {
      if (memberOf(picker.pick(firstAttempt, 0)) !== members[0]) continue;
      counts[members.indexOf(memberOf(picker.pick(attemptAfter([members[0]]), 0)))]!++;
    }
    expect(counts).toEqual([0, 100, 100, 100]);
  });

  test('picks a tried member when there is no other', () => {
    const members = fakeMembers(2);
    const picker = pickerOver(members);
    const retry = attemptAfter(members);
    expect([picker.pick(retry, 0), picker.pick(retry, 0)].map(memberOf)).toEqual(members);
  });

  test('keeps all members connected and waits while none is ready', () => {
    const members = fakeMembers(3, 'transient-failure');
    const update = policy().update(members, contextAt());
    expect([update.connect, update.picker.pick(firstAttempt, 0)]).toEqual([members, { kind: 'wait' }]);
    expect(policy().update([], contextAt()).picker.pick(firstAttempt, 0).kind).toBe('wait');
  });

  test('a pick makes no object', () => {
    const picker = pickerOver(fakeMembers(1));
    expect(picker.pick(firstAttempt, 0)).toBe(picker.pick(firstAttempt, 0));
  });
});
