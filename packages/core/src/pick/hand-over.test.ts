import { describe, expect, test } from '@jest/globals';
import { attemptAfter, attributed, type FakeMember } from '../../test/support/fake-member.js';
import { endWith, PolicyBench } from '../../test/support/policy-bench.js';
import { policyOf } from '../../test/support/policy.js';
import { OutstandingLoad } from '../load/outstanding.js';
import { failureAccrual } from '../policies/failure-accrual/failure-accrual.js';
import type { FailureAccrualOptions } from '../policies/failure-accrual/failure-accrual-options.js';
import { leastRequest } from '../policies/least-request.js';
import { outlierDetection } from '../policies/outlier-detection/outlier-detection.js';
import type { OutlierDetectionOptions } from '../policies/outlier-detection/outlier-detection-options.js';
import { peakEwma } from '../policies/peak-ewma-policy.js';
import { pickFirst } from '../policies/pick-first.js';
import { roundRobin } from '../policies/round-robin.js';
import { deterministicAperture } from '../policies/subsetting/deterministic-aperture.js';
import { randomSubsetting } from '../policies/subsetting/random-subsetting.js';
import { priority } from '../policies/tiers/priority.js';
import { encodeOrcaLoadReport } from '../orca/encode-orca-load-report.js';
import type { WeightedLoad } from '../policies/weighted-round-robin/weighted-load.js';
import type { BalancingPolicy } from './balancing-policy.js';
import { handOver } from './hand-over.js';

const INTERVAL = 10_000;
const decaying = (decayTimeMs: number) => peakEwma({ decayTimeMs });

/** A call that this member answers after so long. */
function answer(b: PolicyBench, index: number, latencyMs: number): void {
  const completion = b.begin(index);
  completion.responded(b.now + latencyMs);
  completion.end(b.now + latencyMs, 'success');
}

const values = (b: PolicyBench, ...indices: number[]): number[] =>
  indices.map((index) => b.members[index]!.load.valueAt(b.now));

const picked = (b: PolicyBench): readonly number[] => [...new Set(Array.from({ length: 40 }, () => b.pick()))].sort();

describe('outlier_detection with other figures', () => {
  const watching = (childPolicy: () => BalancingPolicy, more: OutlierDetectionOptions = {}) =>
    outlierDetection({
      failurePercentageEjection: { requestVolume: 10 },
      maxEjectionPercent: 50,
      childPolicy,
      ...more,
    })();

  /** An interval in which these fail all of their ten calls. */
  function interval(b: PolicyBench, ...failing: number[]): void {
    fill(b, ...failing);
    b.advance(INTERVAL);
  }
  function fill(b: PolicyBench, ...failing: number[]): void {
    for (const index of b.members.keys()) b.end(index, failing.includes(index) ? 'INTERNAL' : 'OK', 10);
  }

  test('of the child: who is ejected stays so for the time that was left, and is not picked', () => {
    const b = new PolicyBench(watching(decaying(10_000)));
    interval(b, 2);
    b.advance(4_000);
    const before = b.update.ejected;
    const { load } = b.members[0]!;
    b.replace(watching(decaying(1_000)));
    expect(b.members[0]!.load).toBe(load);
    expect([b.update.ejected, b.ejected, picked(b)]).toEqual([before, [2], [0, 1, 3, 4]]);
    b.advance(before![0]!.untilMs - b.now - 1);
    expect(b.ejected).toEqual([2]);
    b.advance(1);
    expect(b.ejected).toEqual([]);
  });

  test('the interval goes on with what was counted in it, and a further ejection is longer', () => {
    const b = new PolicyBench(watching(decaying(10_000)));
    interval(b, 2);
    b.advance(40_000);
    expect(b.ejected).toEqual([]);
    fill(b, 2);
    b.advance(7_000);
    b.replace(watching(decaying(1_000)));
    b.advance(3_000);
    const since = b.now;
    expect(b.ejected).toEqual([2]);
    expect(b.update.ejected![0]!.untilMs).toBe(since + 60_000 + INTERVAL);
  });

  test.each([
    ['longer', 30_000, 26_000],
    ['shorter', 5_000, 1_000],
    ['over already', 2_000, 0],
  ])('an interval that is %s counts from its beginning (gRFC A50)', (_name, intervalMs, leftMs) => {
    const b = new PolicyBench(watching(decaying(10_000)));
    interval(b);
    fill(b, 1);
    b.advance(4_000);
    b.replace(watching(decaying(10_000), { intervalMs }));
    expect(b.ejected).toEqual(leftMs === 0 ? [1] : []);
    expect(b.update.revisitInMs).toBe(leftMs === 0 ? intervalMs : leftMs);
    b.advance(leftMs);
    expect(b.ejected).toEqual([1]);
  });

  test('without an algorithm all return, and their next ejection is a first one', () => {
    const b = new PolicyBench(watching(roundRobin()));
    interval(b, 2);
    b.begin(0);
    b.replace(outlierDetection({ childPolicy: roundRobin() })());
    expect([b.update.ejected, picked(b), values(b, 0)]).toEqual([undefined, [0, 1, 2, 3, 4], [1]]);
    b.replace(watching(roundRobin()));
    expect([b.ejected, b.update.revisitInMs, values(b, 0)]).toEqual([[], INTERVAL, [1]]);
    interval(b, 2);
    expect(b.update.ejected![0]!.untilMs).toBe(b.now + 30_000 + INTERVAL);
  });

  test('a child of another kind begins anew below it, and who is ejected stays so', () => {
    const b = new PolicyBench(watching(decaying(10_000)));
    interval(b, 2);
    answer(b, 0, 100);
    b.replace(watching(leastRequest()));
    expect([b.ejected, values(b, 0)]).toEqual([[2], [0]]);
    for (const index of [0, 1, 3]) b.begin(index);
    expect([values(b, 0), picked(b).includes(2)]).toEqual([[1], false]);
    // Two draws of four, with replacement: 4 is in 7 of 16.
    const chosen = Array.from({ length: 1_600 }, () => b.pick()).filter((index) => index === 4);
    expect(Math.abs(chosen.length - 700)).toBeLessThan(5 * Math.sqrt(1_600 * (7 / 16) * (9 / 16)));
    fill(b, 3);
    b.advance(INTERVAL);
    expect(b.ejected).toEqual([2, 3]);
  });

  test('inside a tier: what is known of each tier stays', () => {
    const tiered = (overprovisioning: number) =>
      priority({ overprovisioning, childPolicy: () => watching(decaying(10_000)) })();
    const b = new PolicyBench(tiered(1.4), 10);
    b.members.forEach((member: FakeMember, index) => attributed(member, { priority: index < 5 ? 0 : 1 }));
    b.refresh();
    interval(b, 2, 7);
    expect(b.ejected).toEqual([2, 7]);
    const before = b.update.ejected;
    b.replace(tiered(1.2));
    expect(b.update.ejected).toEqual(before);
  });
});

describe('failure_accrual with other figures', () => {
  const guarding = (options: FailureAccrualOptions = {}) =>
    failureAccrual({ childPolicy: decaying(10_000), jitterRatio: 0, minSuccessRatio: 0, ...options })();

  test('of the child: a pause and the failures in a row go on, and the probe that is under way decides', () => {
    const b = new PolicyBench(guarding());
    b.end(1, 'INTERNAL', 6);
    b.end(2, 'INTERNAL', 7);
    b.advance(400);
    const before = b.update.ejected;
    b.replace(guarding({ childPolicy: decaying(1_000) }));
    expect([b.update.ejected, before![0]!.untilMs - b.now]).toEqual([before, 600]);
    b.end(1, 'INTERNAL');
    expect(b.ejected).toEqual([1, 2]);
    b.advance(600);
    const probe = b.begin(b.pick());
    const loads = b.members.map(({ load }) => load);
    b.replace(guarding());
    expect(b.members.every(({ load }, index) => load === loads[index])).toBe(true);
    endWith(probe, b.now, 'OK');
    expect(b.ejected).toEqual([1]);
  });

  test('a pod whose addresses change in that moment begins anew all the same', () => {
    const b = new PolicyBench(guarding());
    b.end(2, 'INTERNAL', 7);
    const { endpoint } = b.members[2]!;
    b.members[2]!.endpoint = { ...endpoint, addresses: [{ kind: 'tcp', host: '10.9.9.9', port: 1 }] };
    b.replace(guarding({ initialBackoffMs: 2_000 }));
    expect(b.ejected).toEqual([]);
  });

  test('the pause that has begun stays, the next one is as long as the new figures say', () => {
    const b = new PolicyBench(guarding());
    b.end(2, 'INTERNAL', 7);
    b.advance(1_000);
    b.call('INTERNAL');
    expect(b.update.ejected![0]!.untilMs - b.now).toBe(2_000);
    b.replace(guarding({ initialBackoffMs: 5_000, backoffMultiplier: 3 }));
    expect(b.update.ejected![0]!.untilMs - b.now).toBe(2_000);
    b.advance(2_000);
    b.call('INTERNAL');
    // The third one: 5 s · 3².
    expect(b.update.ejected![0]!.untilMs - b.now).toBe(45_000);
  });

  test('what a window holds stays in it unless its length changes', () => {
    const half = { consecutiveFailures: 0, minSuccessRatio: 0.5, requestVolume: 10 };
    const ejected = (...changes: FailureAccrualOptions[]): readonly number[] => {
      const b = new PolicyBench(guarding(half));
      b.end(0, 'INTERNAL', 9);
      for (const change of changes) b.replace(guarding({ ...half, ...change }));
      b.end(0, 'INTERNAL');
      return b.ejected;
    };
    expect(ejected({ childPolicy: decaying(1_000) })).toEqual([0]);
    expect(ejected({ windowMs: 20_000 })).toEqual([]);
    expect(ejected({ minSuccessRatio: 0 }, {})).toEqual([]);
  });

  test('a child of another kind: a call that began before is no probe, and one that was decides nothing', () => {
    const b = new PolicyBench(guarding());
    b.end(2, 'INTERNAL', 7);
    b.advance(1_000);
    b.replace(guarding({ childPolicy: roundRobin() }));
    const adopted = b.members[2]!.load.adopt!(b.now, true);
    endWith(adopted, b.now, 'OK');
    expect([b.ejected, b.pick()]).toEqual([[2], 2]);
  });
});

describe('other figures', () => {
  test('of peak_ewma: latencies and calls stay, and are forgotten by the new time from then on', () => {
    const b = new PolicyBench(decaying(10_000)(), 2);
    // Ten calls make a member one that is not new.
    for (let n = 0; n < 10; n++) answer(b, 0, 100);
    b.advance(10_000);
    const call = b.begin(0);
    const [before] = values(b, 0);
    b.replace(decaying(1_000)());
    expect([values(b, 0, 1), b.members[0]!.load.inFlight]).toEqual([[before, 0], 1]);
    b.advance(1_000);
    // Its wait would count, too.
    call.end(b.now, 'neutral');
    expect(values(b, 0)[0]).toBeCloseTo(before! / 2 / Math.E, 9);
  });

  const slowly = (choiceCount: number) => leastRequest({ choiceCount, slowStart: { windowMs: 10_000 } });
  test.each([
    ['of least_request', slowly],
    ['of least_request below failure_accrual', (count: number) => failureAccrual({ childPolicy: slowly(count) })],
  ])('%s: who is new stays so for the rest of the window', (_name, slow) => {
    const b = new PolicyBench(slow(2)(), 2);
    b.advance(20_000);
    b.members.push(b.newMember(2));
    b.refresh();
    b.advance(6_000);
    b.replace(slow(3)());
    expect(b.update.revisitInMs).toBe(100);
    b.advance(4_000);
    expect(b.update.revisitInMs).toBeUndefined();
  });

  test('of random_subsetting: of 20 pods in use 20 stay when it may use 21, and 19 when it may use 19', () => {
    const subset = (subsetSize: number) => randomSubsetting({ subsetSize, childPolicy: decaying(10_000) })();
    const b = new PolicyBench(subset(20), 100);
    const before = b.update.connect;
    answer(b, b.members.indexOf(before[0]!), 100);
    for (const size of [21, 19]) {
      b.replace(subset(size));
      expect(b.update.connect).toHaveLength(size);
      expect(before.filter((member) => b.update.connect.includes(member))).toHaveLength(Math.min(size, 20));
    }
    expect(before[0]!.load.valueAt(b.now)).toBe(100);
  });

  const detection = outlierDetection({ failurePercentageEjection: { requestVolume: 10 } });
  test.each([
    ['random_subsetting', (size: number) => randomSubsetting({ subsetSize: size, childPolicy: detection })],
    [
      'deterministic_aperture',
      (size: number) =>
        deterministicAperture({ instanceId: 0, totalInstances: 1, minAperture: size, childPolicy: detection }),
    ],
  ])('of %s: who is ejected below it stays so', (_name, policy) => {
    const b = new PolicyBench(policy(5)());
    for (const index of b.members.keys()) b.end(index, index === 2 ? 'INTERNAL' : 'OK', 10);
    b.advance(INTERVAL);
    b.replace(policy(6)());
    expect(b.ejected).toEqual([2]);
  });

  test('of pick_first: the member in use stays it', () => {
    const b = new PolicyBench(pickFirst()(), 20);
    for (const connectivity of ['transient-failure', 'ready'] as const) {
      b.members[0]!.connectivity = connectivity;
      b.refresh();
    }
    expect(b.pick()).toBe(1);
    b.replace(pickFirst({ shuffleAddressList: true })());
    expect(b.pick()).toBe(1);
    b.replace(pickFirst()());
    expect(b.pick()).toBe(1);
  });

  test('of what is above pick_first: a walk that is under way goes on', () => {
    const above = (subsetSize: number) => randomSubsetting({ subsetSize, childPolicy: pickFirst() })();
    const b = new PolicyBench(above(5), 5);
    for (const member of b.members) member.connectivity = 'connecting';
    b.refresh();
    b.advance(400);
    b.replace(above(6));
    expect([b.update.connect, b.update.revisitInMs]).toEqual([b.members.slice(0, 2), 100]);
  });

  test('of weighted_round_robin: weights stay, and so do the turns', () => {
    const weighted = (weightUpdatePeriod: string) =>
      policyOf('weighted_round_robin', { blackoutPeriod: '10s', weightUpdatePeriod });
    const report = (b: PolicyBench, index: number, applicationUtilization: number): void => {
      const bytes = encodeOrcaLoadReport({ applicationUtilization, qps: 10 });
      const get = (key: string): readonly Uint8Array[] => (key === 'endpoint-load-metrics-bin' ? [bytes] : []);
      b.begin(index).end(b.now, 'success', false, { code: 0, metadata: { get } });
    };
    const [same, replaced] = [0, 1].map(() => {
      const b = new PolicyBench(weighted('1s'), 2);
      for (let second = 0; second <= 10; second++) {
        report(b, 0, 0.1);
        report(b, 1, 0.9);
        b.advance(1_000);
        b.pick();
      }
      return b;
    });
    replaced!.replace(weighted('2s'));
    const [expected, turns] = [same!, replaced!].map((b) => Array.from({ length: 1_000 }, () => b.pick()));
    expect(turns).toEqual(expected);
    expect(turns!.filter((index) => index === 0)).toHaveLength(900);
    const elsewhere = attemptAfter([replaced!.newMember(9)]);
    const [again, retries] = [same!, replaced!].map((b) => Array.from({ length: 100 }, () => b.pick(elsewhere)));
    expect(retries).toEqual(again);
  });

  test('of weighted_round_robin: a weight expires by the new time', () => {
    const policy = (weightExpirationPeriod: string) =>
      policyOf('weighted_round_robin', { blackoutPeriod: '0s', weightExpirationPeriod });
    const b = new PolicyBench(policy('180s'), 1);
    const load = b.members[0]!.load as WeightedLoad;
    load.weight.update(5, b.now);
    b.advance(2_000);
    expect(load.weight.valueAt(b.now)).toBe(5);
    b.replace(policy('1s'));
    expect((b.members[0]!.load as WeightedLoad).weight.stateAt(b.now)).toBe('stale');
  });
});

describe('a policy goes on only where one stops', () => {
  test.each([
    ['of its name', roundRobin()(), roundRobin()(), true],
    ['that is another one', roundRobin()(), pickFirst()(), false],
    ['of the same class by another name', peakEwma()(), leastRequest()(), false],
    ['of its name that somebody else wrote', { ...mute(), name: 'round_robin' }, roundRobin()(), false],
  ])('%s', (_name, previous, next, goesOn) => {
    expect(handOver(previous, next)).toBe(goesOn);
  });

  test('and is told so once, not of itself', () => {
    const heard: BalancingPolicy[] = [];
    const [one, other] = [mute(), { ...mute(), succeed: (previous: BalancingPolicy) => heard.push(previous) }];
    expect([handOver(one, other), handOver(other, other), heard]).toEqual([true, true, [one]]);
  });

  function mute(): BalancingPolicy {
    return {
      name: 'mute',
      createLoad: () => new OutstandingLoad(),
      update: () => ({ picker: { pick: () => ({ kind: 'wait' }) }, connect: [] }),
    };
  }
});
