import { describe, expect, test } from '@jest/globals';
import { SeededRandom } from '@fairlead/testing';
import {
  attemptAfter,
  fakeMembers,
  firstAttempt,
  memberOf,
  weighed,
  type FakeMember,
} from '../../test/support/fake-member.js';
import { chiSquare, chiSquareLimit, expectShares, withSeed } from '../../test/support/statistics.js';
import { contextAt, policyOf } from '../../test/support/policy.js';
import { endpointAt } from '../endpoint/endpoint.js';
import type { PolicyUpdate } from '../pick/balancing-policy.js';

/** A policy under a hand-moved time, with what a pool does: it starts what the policy names. */
class Harness {
  now = 1_000;
  members: FakeMember[];
  update!: PolicyUpdate<FakeMember>;
  readonly #policy;
  readonly #random;

  constructor(members: FakeMember[], config = {}, random = new SeededRandom(1)) {
    this.members = members;
    this.#policy = policyOf('pick_first', config);
    this.#random = random;
    this.refresh();
  }

  refresh(afterMs = 0): void {
    this.now += afterMs;
    this.update = this.#policy.update(this.members, contextAt(this.now, this.#random));
    for (const member of this.update.connect) if (member.connectivity === 'idle') member.connectivity = 'connecting';
  }

  set(index: number, connectivity: FakeMember['connectivity'], afterMs = 0): void {
    this.members[index]!.connectivity = connectivity;
    this.refresh(afterMs);
  }

  get started(): number[] {
    return this.update.connect.map((member) => this.members.indexOf(member));
  }

  get letGo(): number[] {
    return (this.update.letGo ?? []).map((member) => this.members.indexOf(member));
  }

  get picked(): number | string {
    const result = this.update.picker.pick(firstAttempt, this.now);
    return result.kind === 'picked' ? this.members.indexOf(result.member) : result.kind;
  }
}

describe('pick_first', () => {
  test('connects the first alone and picks it when it is ready', () => {
    const pool = new Harness(fakeMembers(3, 'idle'));
    expect([pool.started, pool.picked, pool.update.revisitInMs]).toEqual([[0], 'wait', 250]);
    pool.set(0, 'ready', 20);
    expect([pool.started, pool.picked, pool.update.revisitInMs]).toEqual([[0], 0, undefined]);
  });

  test('starts the next beside one that takes longer than 250 ms (gRFC A61)', () => {
    const pool = new Harness(fakeMembers(3, 'idle'));
    pool.refresh(249);
    expect([pool.started, pool.update.revisitInMs]).toEqual([[0], 1]);
    pool.refresh(1);
    expect([pool.started, pool.update.revisitInMs]).toEqual([[0, 1], 250]);
    pool.refresh(1_000);
    expect([pool.started, pool.update.revisitInMs]).toEqual([[0, 1, 2], undefined]);
    pool.set(1, 'ready');
    expect(pool.picked).toBe(1);
  });

  test('starts the next at once when the newest attempt failed, not when an older one did', () => {
    const pool = new Harness(fakeMembers(4, 'idle'));
    pool.set(0, 'transient-failure', 5);
    expect([pool.started, pool.update.revisitInMs]).toEqual([[0, 1], 250]);
    pool.refresh(250);
    expect(pool.started).toEqual([0, 1, 2]);
    pool.set(1, 'transient-failure', 10);
    expect([pool.started, pool.update.revisitInMs]).toEqual([[0, 1, 2], 240]);
  });

  test('a clock that is set back an hour makes nobody wait longer than 250 ms', () => {
    const pool = new Harness(fakeMembers(3, 'idle'));
    pool.refresh(3_600_000);
    expect([pool.started, pool.update.revisitInMs]).toEqual([[0, 1], 250]);
    pool.refresh(-3_600_000);
    expect([pool.started, pool.update.revisitInMs]).toEqual([[0, 1], 250]);
    pool.refresh(250);
    expect([pool.started, pool.update.revisitInMs]).toEqual([[0, 1, 2], undefined]);
  });

  test('passes at once over members that are in backoff from before', () => {
    const members = fakeMembers(3, 'idle');
    members[0]!.connectivity = members[1]!.connectivity = 'transient-failure';
    expect(new Harness(members).started).toEqual([0, 1, 2]);
  });

  test('when all failed all go on trying, and the first that gets ready is picked', () => {
    const pool = new Harness(fakeMembers(3, 'idle'));
    for (const index of [0, 1, 2]) pool.set(index, 'transient-failure', 5);
    expect([pool.started, pool.picked, pool.update.revisitInMs]).toEqual([[0, 1, 2], 'wait', undefined]);
    pool.set(2, 'ready', 5_000);
    expect(pool.picked).toBe(2);
  });

  test('keeps the selected one while it is ready, also when a better one gets ready or the list changes', () => {
    const pool = new Harness(fakeMembers(3, 'idle'));
    pool.set(0, 'transient-failure');
    pool.set(1, 'ready');
    pool.set(0, 'ready');
    expect(pool.picked).toBe(1);
    const [first, selected, third] = pool.members;
    pool.members = [third!, ...fakeMembers(9, 'idle').slice(8), selected!, first!];
    pool.refresh();
    expect(memberOf(pool.update.picker.pick(firstAttempt, 0))).toBe(selected);
  });

  test('lets the others go once one is selected, and nobody before', () => {
    const pool = new Harness(fakeMembers(4, 'idle'));
    pool.refresh(250);
    expect([pool.started, pool.letGo]).toEqual([[0, 1], []]);
    pool.set(1, 'ready', 10);
    expect([pool.picked, pool.started, pool.letGo]).toEqual([1, [1], [0, 2, 3]]);
    pool.set(1, 'connecting', 10);
    expect(pool.letGo).toEqual([]);
  });

  test('after a policy that connects all, the first stays and the others are let go', () => {
    const pool = new Harness(fakeMembers(3, 'ready'));
    expect([pool.picked, pool.started, pool.letGo]).toEqual([0, [0], [1, 2]]);
  });

  test('tries the families in turns, that of the first one first (RFC 8305 §4)', () => {
    const hosts = ['::1', '::2', '::3', '10.0.0.1'];
    const members = fakeMembers(4, 'idle');
    members.forEach((member, at) => (member.endpoint = endpointAt({ kind: 'tcp', host: hosts[at]!, port: 1 })));
    const pool = new Harness(members);
    for (const index of [0, 3, 1, 2]) pool.set(index, 'transient-failure');
    expect(pool.started).toEqual([0, 3, 1, 2]);
  });

  test('a new pass from the start begins when the selected one is lost or removed', () => {
    const pool = new Harness(fakeMembers(3, 'idle'));
    pool.set(0, 'transient-failure');
    pool.set(1, 'ready');
    pool.members[0]!.connectivity = 'idle';
    pool.set(1, 'idle');
    expect([pool.started, pool.picked]).toEqual([[0], 'wait']);
    pool.set(0, 'ready');
    pool.members = pool.members.slice(1);
    pool.refresh();
    expect([pool.started, pool.picked]).toEqual([[0], 'wait']);
  });

  test('waits with an empty list', () => {
    const pool = new Harness([]);
    expect([pool.started, pool.picked, pool.update.revisitInMs]).toEqual([[], 'wait', undefined]);
  });

  test('has no other member to offer to a further attempt', () => {
    const pool = new Harness(fakeMembers(2));
    expect(memberOf(pool.update.picker.pick(attemptAfter([pool.members[0]!]), 0))).toBe(pool.members[0]);
  });

  test('shuffles a list once, every order with the same probability, when asked to', () => {
    withSeed(21, (random) => {
      const counts = [0, 0, 0];
      for (let round = 0; round < 3_000; round++) {
        const pool = new Harness(fakeMembers(3, 'idle'), { shuffleAddressList: true }, random);
        const first = pool.started[0]!;
        counts[first]!++;
        pool.refresh(10);
        expect(pool.started).toEqual([first]);
      }
      expect(chiSquare(counts)).toBeLessThan(chiSquareLimit(2));
    });
  });

  test('shuffles by weight (gRFC A113): the first, and of the rest the next', () => {
    withSeed(22, (random) => {
      const weights = [1, 2, 7];
      const counts = new Map<string, number>();
      for (let round = 0; round < 20_000; round++) {
        const members = fakeMembers(3, 'transient-failure').map((member, index) => weighed(member, weights[index]!));
        const order = new Harness(members, { shuffleAddressList: true }, random).started.join('');
        counts.set(order, (counts.get(order) ?? 0) + 1);
      }
      const orders = ['012', '021', '102', '120', '201', '210'];
      const chances = [(1 / 10) * (2 / 9), (1 / 10) * (7 / 9), (2 / 10) * (1 / 8), (2 / 10) * (7 / 8)];
      chances.push((7 / 10) * (1 / 3), (7 / 10) * (2 / 3));
      expectShares(
        orders.map((order) => counts.get(order) ?? 0),
        chances,
      );
    });
  });

  test('checks its config', () => {
    expect(() => policyOf('pick_first', { shuffleAddressList: 1 })).toThrow(
      'lb[0].pick_first.shuffleAddressList: 1 (expected: true or false)',
    );
    expect(() => policyOf('pick_first', { shuffleAddressList: null, other: 1 })).not.toThrow();
  });
});
