import { describe, expect, test } from '@jest/globals';
import { SeededRandom } from '@fairlead/testing';
import { CallSimulation, type Answer } from '../../test/support/call-simulation.js';
import { fakeMembers, firstAttempt, type FakeMember } from '../../test/support/fake-member.js';
import { withSeed } from '../../test/support/statistics.js';
import { PeakEwmaLoad } from '../load/peak-ewma.js';
import { contextAt, policyOf } from '../../test/support/policy.js';
import type { Random } from '../random/random.js';

const SEEDS = [1, 2, 3, 4, 5];
const ok = (afterMs: number): Answer => ({ afterMs, outcome: 'success' });

function pods(n: number): FakeMember[] {
  return fakeMembers(n, 'ready', () => new PeakEwmaLoad());
}

function simulate(
  members: readonly FakeMember[],
  random: Random,
  answer: (member: FakeMember, now: number) => Answer,
): CallSimulation {
  const { picker } = policyOf('peak_ewma').update(members, contextAt(0, random));
  return new CallSimulation(picker, answer);
}

// Finagle P2CPeakEwmaTest: N = 100 nodes, R = 100 000 requests, one each ms, tolerance ε = 0.0005 · R = 50 requests.
describe('peak_ewma in the tests of Finagle', () => {
  const N = 100;
  const R = 100_000;
  const epsilon = 0.0005 * R;

  test('spreads evenly over equal members', () => {
    withSeed(12_345, (random) => {
      const members = pods(N);
      const simulation = simulate(members, random, () => ok(N));
      simulation.run(R, 1_000);
      for (const member of members) {
        expect(Math.abs(simulation.callsTo(member) - R / N)).toBeLessThan(epsilon);
      }
    });
  });

  test('probes a member without latency history at most once', () => {
    withSeed(12_345, (random) => {
      const members = pods(N);
      const silent = members[7]!;
      const simulation = simulate(members, random, (member) => ok(member === silent ? 2 * R : 5));
      simulation.run(R, 1_000);
      expect(simulation.callsTo(silent)).toBe(1);
    });
  });

  test('gives a member of twice the latency half of the mean load', () => {
    withSeed(12_345, (random) => {
      // What is balanced is latency × (calls in flight + 1). Fifty calls per member make the 1 and whole numbers small.
      const members = pods(20);
      const slow = members[7]!;
      const simulation = simulate(members, random, (member) => ok(member === slow ? 2_000 : 1_000));
      simulation.run(20_000, 1_000);
      let slowLoad = 0;
      let otherLoad = 0;
      for (let sample = 0; sample < 400; sample++) {
        simulation.run(100, 1_000);
        for (const { load } of members) otherLoad += load.inFlight / 19;
        slowLoad += slow.load.inFlight;
        otherLoad -= slow.load.inFlight / 19;
      }
      expect(slowLoad / otherLoad).toBeGreaterThan(0.45);
      expect(slowLoad / otherLoad).toBeLessThan(0.55);
    });
  });
});

describe('peak_ewma with a member that is ill', () => {
  test.each(SEEDS)('a black hole gets at most 1 % after the first 100 calls (seed %i)', (seed) => {
    const members = pods(10);
    const hole = members[3]!;
    const simulation = simulate(members, new SeededRandom(seed), (member) =>
      member === hole ? { afterMs: 1, outcome: 'failure' } : ok(20),
    );
    simulation.run(30_000, 1_000);
    const afterFirst = simulation.calls.slice(100);
    const share = afterFirst.filter(({ member }) => member === hole).length / afterFirst.length;
    expect(share).toBeLessThanOrEqual(0.01);
  });

  test.each(SEEDS)('when all fail, the calls stay spread (seed %i)', (seed) => {
    const members = pods(10);
    const simulation = simulate(members, new SeededRandom(seed), () => ({ afterMs: 1, outcome: 'failure' }));
    simulation.run(10_000, 1_000);
    for (const member of members) expect(simulation.callsTo(member)).toBeGreaterThan(500);
  });

  test.each(SEEDS)('a member that stops answering is not picked from 2 s to 12 s after (seed %i)', (seed) => {
    const members = pods(10);
    const frozen = members[3]!;
    const frozenAt = 5_000;
    const simulation = simulate(members, new SeededRandom(seed), (member, now) =>
      member === frozen && now >= frozenAt ? { afterMs: 1_000, outcome: 'failure' } : ok(6),
    );
    simulation.run(frozenAt + 12_000, 200);
    expect(simulation.callsTo(frozen, 0, frozenAt)).toBeGreaterThan(50);
    expect(simulation.callsTo(frozen, frozenAt + 2_000)).toBe(0);
  });

  test.each(SEEDS)('a slow member gets a small share (seed %i)', (seed) => {
    const members = pods(10);
    const slow = members[3]!;
    const simulation = simulate(members, new SeededRandom(seed), (member) => ok(member === slow ? 200 : 6));
    simulation.run(30_000, 200);
    expect(simulation.callsTo(slow) / simulation.calls.length).toBeLessThan(0.005);
  });
});

describe('peak_ewma with a new member', () => {
  /** Nine members at 6 ms that have been in use for 5 s, and a tenth that comes then. 200 calls per second. */
  function withNewPod(random: Random, answer: (call: number, now: number) => Answer) {
    const members = pods(10);
    const fresh = members[9]!;
    let calls = 0;
    const simulation = simulate(members.slice(0, 9), random, (member, now) =>
      member === fresh ? answer(calls++, now) : ok(6),
    );
    simulation.run(5_000, 200);
    const policy = policyOf('peak_ewma');
    simulation.picker = policy.update(members, contextAt(5_000, random)).picker;
    simulation.run(40_000, 200);
    const firstCallAt = simulation.calls.find(({ member }) => member === fresh)!.at;
    return { simulation, fresh, firstCallAt };
  }

  // The window of 30 s holds 600 calls of a fair share; 0.9 of it is 2.6 σ of a fair coin, and the balancing itself
  // makes the counts much more even than coins are.
  test.each(SEEDS)('that is slow once carries 0.9 of a fair share 2 s after its first call (seed %i)', (seed) => {
    const { simulation, fresh, firstCallAt } = withNewPod(new SeededRandom(seed), (call) => ok(call === 0 ? 60 : 6));
    const [from, to] = [firstCallAt + 2_000, firstCallAt + 32_000];
    expect(simulation.callsTo(fresh, from, to)).toBeGreaterThan(0.9 * 600);
  });

  test.each(SEEDS)('that gets faster with each call carries 0.9 of it, too (seed %i)', (seed) => {
    const latency = (call: number) => ok(Math.max(6, 120 / 2 ** call));
    const { simulation, fresh, firstCallAt } = withNewPod(new SeededRandom(seed), latency);
    const [from, to] = [firstCallAt + 4_000, firstCallAt + 34_000];
    expect(simulation.callsTo(fresh, from, to)).toBeGreaterThan(0.9 * 600);
  });

  test.each(SEEDS)('that is slow for good gets its ten calls and little more (seed %i)', (seed) => {
    const { simulation, fresh } = withNewPod(new SeededRandom(seed), () => ok(200));
    // In 40 s a fair share would be 800 calls.
    expect(simulation.callsTo(fresh)).toBeLessThan(20);
  });

  test.each(SEEDS)('that freezes while it warms up attracts nothing (seed %i)', (seed) => {
    const answer = (call: number): Answer => (call < 3 ? ok(6) : { afterMs: 10_000, outcome: 'failure' });
    const { simulation, fresh } = withNewPod(new SeededRandom(seed), answer);
    // Without the rule for waiting calls it would take 400 of the 2 000 calls of these 10 s.
    expect(simulation.callsTo(fresh)).toBeLessThan(20);
  });

  test.each(SEEDS)('that fails at once stays avoided (seed %i)', (seed) => {
    const answer = (): Answer => ({ afterMs: 1, outcome: 'failure' });
    const { simulation, fresh } = withNewPod(new SeededRandom(seed), answer);
    expect(simulation.callsTo(fresh)).toBeLessThan(5);
  });
});

describe('the policy peak_ewma', () => {
  test('keeps all members connected, picks ready ones, waits while there is none', () => {
    const policy = policyOf('peak_ewma');
    const members = pods(3);
    members.forEach((member) => (member.connectivity = 'connecting'));
    const update = policy.update(members, contextAt());
    expect([update.connect, update.picker.pick(firstAttempt, 0)]).toEqual([members, { kind: 'wait' }]);
    members[1]!.connectivity = 'ready';
    const { picker } = policy.update(members, contextAt());
    expect(picker.pick(firstAttempt, 0)).toEqual({ kind: 'picked', member: members[1] });
  });

  test('takes decay time and penalty from its config', () => {
    const config = { decayTime: '0.5s', failurePenalty: '2s', unknown: 1 };
    const load = policyOf('peak_ewma', config).createLoad();
    load.begin(0).end(1, 'failure');
    expect(load.valueAt(1)).toBe(2_000);
    expect(load.valueAt(501)).toBeCloseTo(2_000 / Math.E, 9);
    const defaults = policyOf('peak_ewma', { decayTime: null }).createLoad();
    defaults.begin(0).end(1, 'failure');
    expect(defaults.valueAt(1)).toBe(5_000);
  });

  test.each([
    [{ decayTime: '0s' }, 'lb[0].peak_ewma.decayTime: "0s" (expected: a duration, 1 to 600000 ms)'],
    [{ decayTime: 10 }, 'lb[0].peak_ewma.decayTime: 10 (expected: a duration in seconds'],
    [{ failurePenalty: '-1s' }, 'lb[0].peak_ewma.failurePenalty: "-1s" (expected: a duration, 0 to 600000 ms)'],
    [{ failurePenalty: '601s' }, 'lb[0].peak_ewma.failurePenalty: "601s"'],
  ])('refuses %j', (config, message) => {
    expect(() => policyOf('peak_ewma', config)).toThrow(message);
  });
});
