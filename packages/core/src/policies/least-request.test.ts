import { describe, expect, test } from '@jest/globals';
import { ScriptedRandom, SeededRandom } from '@fairlead/testing';
import {
  attemptAfter,
  FakeMember,
  fakeMembers,
  firstAttempt,
  memberOf,
  weighed,
} from '../../test/support/fake-member.js';
import { contextAt, policyOf } from '../../test/support/policy.js';
import { chiSquare, chiSquareLimit, expectShares, withSeed } from '../../test/support/statistics.js';
import type { Completion } from '../load/load.js';
import { aggregateConnectivity } from '../pick/connectivity.js';
import type { Picker } from '../pick/picker.js';
import type { Random } from '../random/random.js';
import { leastRequest } from './least-request.js';

/** Random numbers that draw these indices of `n`, again and again, as Go's tests replace `randuint32`. */
class DrawnIndices implements Random {
  used = 0;
  readonly #indices: readonly number[];
  readonly #n: number;

  constructor(indices: readonly number[], n: number) {
    this.#indices = indices;
    this.#n = n;
  }

  next(): number {
    const index = this.#indices[this.used++ % this.#indices.length]!;
    return ((index % this.#n) + 0.5) / this.#n;
  }
}

const lr = (config: object = {}) => policyOf('least_request_experimental', config);

/** A picker over members of which an update knows. */
function pickerOf(members: readonly FakeMember[], random: Random, config: object = {}): Picker<FakeMember> {
  return lr(config).update(members, contextAt(0, random)).picker;
}

/** Starts a stream that does not end. */
function open(picker: Picker<FakeMember>): { readonly member: FakeMember; readonly completion: Completion } {
  const member = memberOf(picker.pick(firstAttempt, 0));
  return { member, completion: member.load.begin(0) };
}

describe('Go TestParseConfig', () => {
  /** How many members are drawn for a pick. */
  function drawsOf(config: object): number {
    const random = new DrawnIndices([0], 3);
    pickerOf(fakeMembers(3), random, config).pick(firstAttempt, 0);
    return random.used;
  }

  test.each([
    ['happy-case-default', {}, 2],
    ['happy-case-choice-count-set', { choiceCount: 3 }, 3],
    ['happy-case-choice-count-greater-than-ten', { choiceCount: 11 }, 10],
    ['the largest that makes sense', { choiceCount: 1_000_000 }, 10],
    ['null is absent', { choiceCount: null }, 2],
  ])('%s', (_name, config, draws) => {
    expect(drawsOf(config)).toBe(draws);
  });

  test.each([
    ['choice-count-less-than-2', { choiceCount: 1 }],
    ['zero', { choiceCount: 0 }],
    ['a fraction', { choiceCount: 2.5 }],
    ['invalid-json', { choiceCount: 'two' }],
  ])('%s is refused', (_name, config) => {
    expect(() => lr(config)).toThrow(
      /lb\[0\]\.least_request_experimental\.choiceCount: .* \(expected: an integer, at least 2\)/,
    );
  });

  test('typed options are the same', () => {
    expect(leastRequest({ choiceCount: 11 })().name).toBe('least_request');
    expect(() => leastRequest({ choiceCount: 1 })).toThrow(
      'least_request.choiceCount: 1 (expected: an integer, at least 2)',
    );
  });
});

describe('Go balancer/leastrequest', () => {
  test('TestLeastRequestE2E: scripted draws, exact order', () => {
    const members = fakeMembers(3);
    const indices = [0, 0, 0, 1, 1, 2, 0, 3, 1, 0, 2, 0, 0, 0, 2, 2, 2, 1];
    const picker = pickerOf(members, new DrawnIndices(indices, 3));
    const order = Array.from({ length: 9 }, () => members.indexOf(open(picker).member));
    expect(order).toEqual([0, 1, 2, 0, 1, 2, 0, 2, 1]);
  });

  test('TestLeastRequestPersistsCounts: a new backend gets all streams until it is level', () => {
    const members = fakeMembers(3);
    const policy = lr();
    const two = policy.update(members.slice(0, 2), contextAt(0, new DrawnIndices([0, 0, 1, 1], 2)));
    for (let streams = 0; streams < 50; streams++) open(two.picker);
    expect(members.map(({ load }) => load.inFlight)).toEqual([25, 25, 0]);
    // Three choices see all three.
    const three = lr({ choiceCount: 3 }).update(members, contextAt(0, new DrawnIndices([0, 1, 2], 3)));
    for (let streams = 0; streams < 25; streams++) expect(open(three.picker).member).toBe(members[2]);
    const next = Array.from({ length: 3 }, () => open(three.picker).member);
    expect(new Set(next)).toEqual(new Set(members));
  });

  test('TestConcurrentRPCs: 500 calls in any order leave nothing in flight', () => {
    withSeed(31, (random) => {
      const members = fakeMembers(3);
      const picker = pickerOf(members, random);
      const running: Completion[] = [];
      for (let calls = 0; calls < 500; calls++) {
        running.push(open(picker).completion);
        if (random.next() < 0.5) running.splice(Math.floor(random.next() * running.length), 1)[0]!.end(0, 'success');
      }
      for (const completion of running) completion.end(0, 'neutral');
      expect(members.map(({ load }) => load.inFlight)).toEqual([0, 0, 0]);
    });
  });

  test('TestLeastRequestEndpoints_MultipleAddresses: a pod that goes and comes keeps its counts', () => {
    const members = fakeMembers(2);
    const policy = lr();
    for (let streams = 0; streams < 5; streams++) members[0]!.load.begin(0);
    members[0]!.connectivity = 'connecting';
    const away = policy.update(members, contextAt()).picker;
    expect(memberOf(away.pick(firstAttempt, 0))).toBe(members[1]);
    members[0]!.connectivity = 'ready';
    const back = policy.update(members, contextAt(0, new DrawnIndices([0, 1], 2))).picker;
    for (let streams = 0; streams < 5; streams++) expect(open(back).member).toBe(members[1]);
  });

  test('TestLeastRequestEndpoints_ResolverError: without members calls wait', () => {
    expect(lr().update([], contextAt()).picker.pick(firstAttempt, 0)).toEqual({ kind: 'wait' });
  });
});

describe('Java LeastRequestLoadBalancerTest', () => {
  test('pickAfterResolved: all are connected, the ready one is picked', () => {
    const members = fakeMembers(3, 'connecting');
    members[0]!.connectivity = 'ready';
    const { connect, picker } = lr().update(members, contextAt());
    expect(connect).toEqual(members);
    expect(memberOf(picker.pick(firstAttempt, 0))).toBe(members[0]);
  });

  test('pickAfterResolvedUpdatedHosts: only those of the newest list', () => {
    const [removed, old, fresh] = fakeMembers(3) as [FakeMember, FakeMember, FakeMember];
    const policy = lr();
    policy.update([removed, old], contextAt());
    const { picker } = policy.update([old, fresh], contextAt());
    const picks = Array.from({ length: 100 }, () => memberOf(picker.pick(firstAttempt, 0)));
    expect(new Set(picks)).toEqual(new Set([old, fresh]));
  });

  test('pickAfterStateChange: calls wait again when the only ready one is lost', () => {
    const members = fakeMembers(3, 'connecting');
    const policy = lr();
    members[0]!.connectivity = 'ready';
    expect(policy.update(members, contextAt()).picker.pick(firstAttempt, 0).kind).toBe('picked');
    members[0]!.connectivity = 'transient-failure';
    expect(policy.update(members, contextAt()).picker.pick(firstAttempt, 0)).toEqual({ kind: 'wait' });
  });

  test('pickAfterConfigChange: another choiceCount, another number of draws, the same counts', () => {
    const members = fakeMembers(2);
    members[0]!.load.begin(0);
    for (const choiceCount of [4, 6]) {
      const random = new DrawnIndices([0, 1], 2);
      const { picker } = lr({ choiceCount }).update(members, contextAt(0, random));
      expect([memberOf(picker.pick(firstAttempt, 0)), random.used]).toEqual([members[1], choiceCount]);
    }
  });

  test('stayTransientFailureUntilReady', () => {
    const members = fakeMembers(3, 'transient-failure');
    expect(aggregateConnectivity(members.map(({ connectivity }) => connectivity))).toBe('transient-failure');
    expect(lr().update(members, contextAt()).picker.pick(firstAttempt, 0)).toEqual({ kind: 'wait' });
    members[0]!.connectivity = 'ready';
    expect(lr().update(members, contextAt()).picker.pick(firstAttempt, 0).kind).toBe('picked');
  });

  test('pickerLeastRequest: 0 and 2 draw 0, then 2, then 1 by itself; an end frees its place', () => {
    const members = fakeMembers(3);
    const picker = pickerOf(members, new DrawnIndices([0, 2, 0, 2, 1, 1], 3));
    const first = open(picker);
    expect([first.member, members[0]!.load.inFlight]).toEqual([members[0], 1]);
    expect(open(picker).member).toBe(members[2]);
    expect(open(picker).member).toBe(members[1]);
    first.completion.end(0, 'success');
    expect(members[0]!.load.inFlight).toBe(0);
  });

  test('nameResolutionErrorWithNoChannels, emptyAddresses, readyPicker_emptyList: nobody is no error', () => {
    const update = lr().update([], contextAt());
    expect([update.connect, update.picker.pick(firstAttempt, 0)]).toEqual([[], { kind: 'wait' }]);
  });

  test('subchannelStateIsolation: each picker has the members that are ready then', () => {
    const members = fakeMembers(3, 'connecting');
    const policy = lr();
    const pickable = () => {
      const { picker } = policy.update(members, contextAt(0, new SeededRandom(1)));
      const picks = Array.from({ length: 100 }, () => picker.pick(firstAttempt, 0));
      return new Set(picks.flatMap((pick) => (pick.kind === 'picked' ? [members.indexOf(pick.member)] : [])));
    };
    const seen = [pickable()];
    for (const [index, state] of [
      [0, 'ready'],
      [1, 'ready'],
      [2, 'ready'],
      [1, 'idle'],
      [2, 'transient-failure'],
    ] as const) {
      members[index]!.connectivity = state;
      seen.push(pickable());
    }
    expect(seen.map((indices) => [...indices].sort())).toEqual([[], [0], [0, 1], [0, 1, 2], [0, 2], [0]]);
  });
});

// Finagle P2CLeastLoadedTest: N = 100 nodes, R = 100 000 requests, tolerance ε = 0.0001 · R = 10 of a node's mean load.
describe('least_request in the tests of Finagle', () => {
  const N = 100;
  const R = 100_000;
  const epsilon = 0.0001 * R;

  /** What Finagle calls the mean load: that of a node after each of its own changes. */
  class MeanLoads {
    readonly #sums = new Map<FakeMember, { sum: number; count: number }>();

    note(member: FakeMember): void {
      const noted = this.#sums.get(member) ?? { sum: 0, count: 0 };
      noted.sum += member.load.inFlight;
      noted.count += 1;
      this.#sums.set(member, noted);
    }

    expectEven(within = epsilon): void {
      expect(this.#sums.size).toBe(N);
      const means = [...this.#sums.values()].map(({ sum, count }) => sum / count);
      expect(Math.max(...means) - Math.min(...means)).toBeLessThan(within);
    }
  }

  test('Balances evenly: requests that never end', () => {
    withSeed(12_345, (random) => {
      const members = fakeMembers(N);
      const picker = pickerOf(members, random);
      const loads = new MeanLoads();
      for (let made = 0; made < R; made++) loads.note(open(picker).member);
      loads.expectEven();
      for (const { load } of members) expect(Math.abs(load.inFlight - R / N)).toBeLessThan(epsilon);
    });
  });

  test('Balance evenly when load varies: of each three steps one begins a request, one ends one, one does either', () => {
    withSeed(12_345, (random) => {
      const picker = pickerOf(fakeMembers(N), random);
      const loads = new MeanLoads();
      const pending: ReturnType<typeof open>[] = [];
      const begin = (): void => {
        const call = open(picker);
        loads.note(call.member);
        pending.push(call);
      };
      const end = (): void => {
        const [call] = pending.splice(Math.floor(random.next() * pending.length), 1);
        call?.completion.end(0, 'success');
        if (call) loads.note(call.member);
      };
      for (let step = 0; step < R; step++) {
        if (step % 3 === 0 || (step % 3 === 1 && random.next() < 0.5)) begin();
        else end();
      }
      // So few are pending at a time that Finagle's ε would let anything pass.
      loads.expectEven(0.2);
    });
  });
});

describe('least_request', () => {
  test('draws with replacement: the busiest of all is picked with 1 / n²', () => {
    withSeed(32, (random) => {
      const members = fakeMembers(4);
      members[3]!.load.begin(0);
      const picker = pickerOf(members, random);
      let busiest = 0;
      for (let made = 0; made < 16_000; made++) if (memberOf(picker.pick(firstAttempt, 0)) === members[3]) busiest++;
      expectShares([busiest, 16_000 - busiest], [1, 15]);
    });
  });

  test('is uniform among equals', () => {
    withSeed(33, (random) => {
      const members = fakeMembers(10);
      const picker = pickerOf(members, random);
      const counts = new Array<number>(10).fill(0);
      for (let made = 0; made < 20_000; made++) counts[members.indexOf(memberOf(picker.pick(firstAttempt, 0)))]!++;
      expect(chiSquare(counts)).toBeLessThan(chiSquareLimit(9));
    });
  });

  test('chooses among untried members while there is one', () => {
    withSeed(34, (random) => {
      const members = fakeMembers(6);
      const picker = pickerOf(members, random, { choiceCount: 3 });
      const counts = [0, 0, 0, 0, 0, 0];
      const retry = attemptAfter([members[1]!, members[4]!]);
      for (let made = 0; made < 8_000; made++) counts[members.indexOf(memberOf(picker.pick(retry, 0)))]!++;
      expect([counts[1], counts[4]]).toEqual([0, 0]);
      expect(chiSquare(counts.filter((count) => count > 0))).toBeLessThan(chiSquareLimit(3));
      expect(memberOf(picker.pick(attemptAfter(members.slice(1)), 0))).toBe(members[0]);
      expect(members).toContain(memberOf(picker.pick(attemptAfter(members), 0)));
    });
  });

  test('calls in flight follow the weights, and idle members get calls by weight', () => {
    withSeed(35, (random) => {
      const weights = [1, 2, 3, 6];
      const members = fakeMembers(4).map((member, index) => weighed(member, weights[index]!));
      const picker = pickerOf(members, random);
      const counts = weights.map(() => 0);
      for (let made = 0; made < 30_000; made++) counts[members.indexOf(memberOf(picker.pick(firstAttempt, 0)))]!++;
      expectShares(counts, weights);
      for (let streams = 0; streams < 12_000; streams++) open(picker);
      members.forEach(({ load }, index) => expect(Math.abs(load.inFlight - weights[index]! * 1_000)).toBeLessThan(20));
    });
  });

  test('weights that are none count as 1', () => {
    const members = fakeMembers(5).map((member, index) => weighed(member, [NaN, -1, 0, Infinity, 1][index]!));
    const random = new DrawnIndices([0, 1], 5);
    expect(memberOf(pickerOf(members, random).pick(firstAttempt, 0))).toBe(members[0]);
    expect(random.used).toBe(2);
  });

  test('a single member needs no draw, and a pick makes no object', () => {
    const members = fakeMembers(1);
    const picker = pickerOf(members, new ScriptedRandom([]));
    expect(picker.pick(firstAttempt, 0)).toBe(picker.pick(attemptAfter(members), 0));
  });
});
