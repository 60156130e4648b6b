import { SeededRandom } from '@fairlead/testing';
import { describe, expect, test } from '@jest/globals';
import {
  attemptAfter,
  fakeMembers,
  firstAttempt,
  memberOf,
  type FakeMember,
} from '../../../test/support/fake-member.js';
import { contextAt, policyOf } from '../../../test/support/policy.js';
import type { CallOutcome } from '../../load/load.js';
import { encodeOrcaLoadReport, type OrcaLoadReportFields } from '../../orca/encode-orca-load-report.js';
import { decodeOrcaLoadReport } from '../../orca/decode-orca-load-report.js';
import type { PolicyUpdate } from '../../pick/balancing-policy.js';
import { parseLoadBalancingConfig } from '../../pick/load-balancing-config.js';
import { builtInPolicies } from '../built-in-policies.js';
import { weightedRoundRobin } from './weighted-round-robin.js';

const SECOND = 1_000;

/** Members under the policy, in a time that a test sets. */
class Rig {
  readonly policy;
  readonly members: FakeMember[];
  readonly #random = new SeededRandom(1);
  now = 0;
  #askedAt = 0;
  update: PolicyUpdate<FakeMember>;

  constructor(n: number, config: object = {}) {
    this.policy = policyOf('weighted_round_robin', config);
    this.members = fakeMembers(n, 'ready', () => this.policy.createLoad());
    this.update = this.ask();
  }

  ask(): PolicyUpdate<FakeMember> {
    this.#askedAt = this.now;
    return (this.update = this.policy.update(this.members, contextAt(this.now, this.#random)));
  }

  /** The policy is asked again when it wants to be, until then. */
  advance(ms: number): void {
    const end = this.now + ms;
    for (;;) {
      const due = this.#askedAt + this.update.revisitInMs!;
      if (due > end) break;
      this.now = due;
      this.ask();
    }
    this.now = end;
  }

  /** A call to this member ends, with a report in its trailer. */
  call(
    index: number,
    report?: OrcaLoadReportFields | Uint8Array,
    outcome: CallOutcome = 'success',
    trailers = 1,
  ): void {
    const bytes = report instanceof Uint8Array || report === undefined ? report : encodeOrcaLoadReport(report);
    const values = bytes === undefined ? [] : new Array<Uint8Array>(trailers).fill(bytes);
    const get = (key: string): readonly Uint8Array[] => (key === 'endpoint-load-metrics-bin' ? values : []);
    const completion = this.members[index]!.load.begin(this.now);
    completion.end(this.now, outcome, false, { code: 0, metadata: { get } });
  }

  /** A member reports out of band. */
  report(index: number, report: OrcaLoadReportFields): void {
    this.members[index]!.load.report!(decodeOrcaLoadReport(encodeOrcaLoadReport(report))!, this.now);
  }

  /** Shares of so many picks. */
  shares(picks = 10_000): readonly number[] {
    const counts = this.members.map(() => 0);
    const indices = new Map(this.members.map((member, index) => [member, index]));
    for (let made = 0; made < picks; made++) {
      counts[indices.get(memberOf(this.update.picker.pick(firstAttempt, this.now)))!]!++;
    }
    return counts.map((count) => count / picks);
  }

  expectShares(expected: readonly number[], within = 0.000_2, picks?: number): void {
    const total = expected.reduce((sum, one) => sum + one, 0);
    const off = this.shares(picks).map((share, index) => Math.abs(share - expected[index]! / total));
    expect(Math.max(...off)).toBeLessThanOrEqual(within);
  }
}

const loaded = (utilization: number, qps = 10): OrcaLoadReportFields => ({ applicationUtilization: utilization, qps });
const NOW = { blackoutPeriod: '0s' };

describe('Java WeightedRoundRobinLoadBalancerTest', () => {
  /** Reports of three members (cpu, application, qps, eps); shares after the blackout. */
  function pickByWeight(reports: readonly (readonly [number, number, number, number])[], config = {}): Rig {
    const rig = new Rig(3, config);
    reports.forEach(([cpuUtilization, applicationUtilization, qps, eps], index) => {
      rig.call(index, { cpuUtilization, applicationUtilization, qps, eps, memUtilization: 0.1 });
    });
    rig.advance(11 * SECOND);
    return rig;
  }

  test('pickByWeight_largeWeight', () => {
    const rig = pickByWeight([[0.1, 0, 999, 0], [0.9, 0, 2, 0], [0.86, 0, 100, 0]]); // prettier-ignore
    const least = (999 / 0.1 + 2 / 0.9 + 100 / 0.86) / 30;
    rig.expectShares([999 / 0.1, least, least]);
  });

  test('pickByWeight_largeWeight_useApplicationUtilization', () => {
    const rig = pickByWeight([[0.44, 0.1, 999, 0], [0.12, 0.9, 2, 0], [0.33, 0.86, 100, 0]]); // prettier-ignore
    const least = (999 / 0.1 + 2 / 0.9 + 100 / 0.86) / 30;
    rig.expectShares([999 / 0.1, least, least]);
  });

  test('pickByWeight_largeWeight_withEps_defaultErrorUtilizationPenalty', () => {
    const rig = pickByWeight([[0.1, 0, 999, 13], [0.9, 0, 2, 1.8], [0.86, 0, 100, 3]]); // prettier-ignore
    const weights = [999 / (0.1 + 13 / 999), 2 / (0.9 + 0.9), 100 / (0.86 + 0.03)];
    const least = (weights[0]! + weights[1]! + weights[2]!) / 30;
    rig.expectShares([weights[0]!, least, least]);
  });

  test('pickByWeight_normalWeight', () => {
    const rig = pickByWeight([[0.12, 0, 22, 0], [0.28, 0, 40, 0], [0.86, 0, 100, 0]]); // prettier-ignore
    rig.expectShares([22 / 0.12, 40 / 0.28, 100 / 0.86]);
  });

  test('pickByWeight_normalWeight_useApplicationUtilization', () => {
    const rig = pickByWeight([[0.72, 0.12, 22, 0], [0.98, 0.28, 40, 0], [0.99, 0.86, 100, 0]]); // prettier-ignore
    rig.expectShares([22 / 0.12, 40 / 0.28, 100 / 0.86]);
  });

  test.each([
    ['withEps_defaultErrorUtilizationPenalty', 1, {}],
    ['withEps_customErrorUtilizationPenalty', 1.75, { errorUtilizationPenalty: 1.75 }],
  ])('pickByWeight_normalWeight_%s', (_, penalty, config) => {
    const rig = pickByWeight([[0.12, 0, 22, 19.7], [0.28, 0, 40, 0.998], [0.86, 0, 100, 3.14159]], config); // prettier-ignore
    rig.expectShares([
      22 / (0.12 + (19.7 / 22) * penalty),
      40 / (0.28 + (0.998 / 40) * penalty),
      100 / (0.86 + (3.14159 / 100) * penalty),
    ]);
  });

  test('pickByWeight_avgWeight_zeroCpuUtilization_withEps_customErrorUtilizationPenalty', () => {
    const rig = pickByWeight([[0, 0, 22, 19.7], [0, 0, 40, 0.998], [0, 0, 100, 3.14159]], { errorUtilizationPenalty: 1.75 }); // prettier-ignore
    rig.expectShares([1, 1, 1]);
  });

  test('blackoutPeriod', () => {
    const rig = new Rig(2);
    rig.call(0, loaded(0.1, 1));
    rig.call(1, loaded(0.2, 1));
    rig.advance(5 * SECOND);
    rig.expectShares([1, 1], 0.002);
    rig.advance(5 * SECOND);
    rig.expectShares([2, 1], 0.002);
  });

  test('updateWeightTimer', () => {
    const rig = new Rig(2, { weightUpdatePeriod: '0.5s' });
    rig.call(0, loaded(0.1));
    rig.call(1, loaded(0.2));
    rig.advance(11 * SECOND);
    rig.expectShares([2, 1]);
    rig.call(0, loaded(0.2));
    rig.call(1, loaded(0.1));
    rig.advance(0.499 * SECOND);
    rig.expectShares([2, 1]);
    rig.advance(0.001 * SECOND);
    rig.expectShares([1, 2]);
  });

  test('weightExpired', () => {
    const rig = new Rig(2);
    rig.call(0, loaded(0.1));
    rig.call(1, loaded(0.2));
    rig.advance(10 * SECOND);
    rig.expectShares([2, 1], 0.002, 1_000);
    rig.advance(300 * SECOND);
    rig.expectShares([1, 1], 0.002, 1_000);
  });

  test('rrFallback', () => {
    const rig = new Rig(2);
    const pick = (): void => {
      const index = rig.members.indexOf(memberOf(rig.update.picker.pick(firstAttempt, rig.now)));
      picks[index]! += 1;
      rig.call(index, loaded(0.1, index === 0 ? 2 : 1));
    };
    let picks = [0, 0];
    rig.advance(10 * SECOND);
    for (let made = 0; made < 1_000; made++) pick();
    expect(picks).toEqual([500, 500]);
    picks = [0, 0];
    for (let made = 0; made < 1_000; made++) {
      pick();
      rig.advance(50);
    }
    expect(Math.abs(picks[0]! / 1_000 - 2 / 3)).toBeLessThan(0.1);
  });

  test('unknownWeightIsAvgWeight', () => {
    const rig = new Rig(3);
    rig.call(0, loaded(0.1));
    rig.call(1, loaded(0.2));
    rig.advance(10 * SECOND);
    rig.expectShares([4, 2, 3], 0.002, 1_000);
  });

  test('wrrLifeCycle: it wants to be asked again while a member is ready, and only then', () => {
    const rig = new Rig(2);
    expect(rig.update.revisitInMs).toBe(1_000);
    for (const member of rig.members) member.connectivity = 'connecting';
    expect([rig.ask().revisitInMs, rig.update.picker.pick(firstAttempt, 0).kind, rig.update.connect]).toEqual([
      undefined,
      'wait',
      rig.members,
    ]);
    expect(rig.policy.update([], contextAt()).picker.pick(firstAttempt, 0)).toEqual({ kind: 'wait' });
  });
});

describe('grpc-go balancer_test.go, what needs a clock', () => {
  test.each<[string, object, number]>([
    ['1 s', { blackoutPeriod: '1s' }, SECOND],
    ['the default', {}, 10 * SECOND],
  ])('TestBalancer_TwoAddresses_BlackoutPeriod: %s', (_, config, blackoutMs) => {
    const rig = new Rig(2, { ...config, weightUpdatePeriod: '0.1s' });
    rig.call(0, loaded(1));
    rig.call(1, loaded(0.1));
    rig.advance(0.1 * SECOND);
    rig.expectShares([1, 1]);
    rig.advance(blackoutMs - 0.1 * SECOND - 1);
    rig.ask();
    rig.expectShares([1, 1]);
    rig.now += 1;
    rig.ask();
    rig.expectShares([1, 10]);
  });

  test('TestBalancer_TwoAddresses_WeightExpiration', () => {
    const rig = new Rig(2, { ...NOW, weightExpirationPeriod: '60s' });
    rig.call(0, loaded(1));
    rig.call(1, loaded(0.1));
    rig.advance(59 * SECOND);
    rig.expectShares([1, 10]);
    rig.advance(2 * SECOND);
    rig.expectShares([1, 1]);
  });
});

describe('weighted_round_robin', () => {
  test('reads the trailer of every call that says something of the member, whatever its status', () => {
    const rig = new Rig(2, NOW);
    rig.call(0, loaded(0.1), 'failure');
    rig.call(1, loaded(0.2), 'success');
    rig.call(1, loaded(0.9), 'neutral');
    rig.advance(SECOND);
    rig.expectShares([2, 1]);
    expect(rig.members.map(({ load }) => load.inFlight)).toEqual([0, 0]);
  });

  test('a report that is none, is given twice, or is no bytes changes nothing', () => {
    const rig = new Rig(2, NOW);
    rig.call(0, loaded(0.1));
    rig.call(1, loaded(0.2));
    rig.call(1, Uint8Array.from([0xff, 0xff]));
    rig.call(1, loaded(0.9), 'success', 2);
    rig.call(1, 'text' as never);
    rig.call(1, { qps: NaN, applicationUtilization: -3 });
    rig.call(1);
    rig.members[1]!.load.begin(0).end(0, 'success');
    rig.advance(SECOND);
    rig.expectShares([2, 1]);
  });

  test('out of band, trailers are not read; per call, reports out of band are not', () => {
    const outOfBand = new Rig(2, { ...NOW, enableOobLoadReport: true });
    const perCall = new Rig(2, NOW);
    const acts = [
      (rig: Rig): void => [0.1, 0.2].forEach((utilization, index) => rig.report(index, loaded(utilization))),
      (rig: Rig): void => [0.3, 0.1].forEach((utilization, index) => rig.call(index, loaded(utilization))),
    ];
    // What must not count comes last.
    for (const act of acts) act(outOfBand);
    for (const act of acts.reverse()) act(perCall);
    for (const rig of [outOfBand, perCall]) rig.advance(SECOND);
    outOfBand.expectShares([2, 1]);
    perCall.expectShares([1, 3]);
  });

  test('asks for reports out of band only where it is told to, also while nobody is ready', () => {
    expect(new Rig(1).update.loadReports).toBeUndefined();
    const rig = new Rig(1, { enableOobLoadReport: true, oobReportingPeriod: '20.03s' });
    expect(rig.update.loadReports).toEqual({ intervalMs: 20_030 });
    rig.members[0]!.connectivity = 'idle';
    expect(rig.ask().loadReports).toEqual({ intervalMs: 20_030 });
  });

  test('only ready members have turns, and one that comes back must prove itself again', () => {
    const rig = new Rig(3);
    [0.1, 0.2, 0.4].forEach((utilization, index) => rig.call(index, loaded(utilization)));
    rig.advance(10 * SECOND);
    rig.expectShares([4, 2, 1]);
    rig.members[0]!.connectivity = 'transient-failure';
    rig.ask();
    rig.expectShares([0, 2, 1]);
    rig.members[0]!.connectivity = 'ready';
    rig.ask();
    rig.call(0, loaded(0.1));
    // As much as the others on average.
    rig.expectShares([1.5, 2, 1]);
    rig.advance(10 * SECOND);
    rig.expectShares([4, 2, 1]);
  });

  test('resolver weights count while fewer than two members report', () => {
    const rig = new Rig(3, NOW);
    [1, 2, 3].forEach((weight, index) => Object.assign(rig.members[index]!, { weight }));
    rig.ask();
    rig.expectShares([1, 2, 3]);
    rig.call(0, loaded(0.1));
    rig.advance(SECOND);
    rig.expectShares([1, 2, 3]);
    rig.call(1, loaded(0.1));
    rig.advance(SECOND);
    rig.expectShares([1, 1, 1]);
  });

  test('resolver weights that are none count as 1', () => {
    const rig = new Rig(4);
    [NaN, -1, 0, Infinity].forEach((weight, index) => Object.assign(rig.members[index]!, { weight }));
    rig.ask();
    rig.expectShares([1, 1, 1, 1]);
  });

  test('a further attempt takes an untried member and moves no turn, and a tried one when there is no other', () => {
    const rig = new Rig(3, NOW);
    [0.1, 0.2, 0.4].forEach((utilization, index) => rig.call(index, loaded(utilization)));
    rig.advance(SECOND);
    const { picker } = rig.update;
    const expected = Array.from({ length: 70 }, () => memberOf(picker.pick(firstAttempt, 0)));
    const twin = new Rig(3, NOW);
    [0.1, 0.2, 0.4].forEach((utilization, index) => twin.call(index, loaded(utilization)));
    twin.advance(SECOND);
    const [first, second, third] = twin.members;
    const seen = expected.map(() => {
      for (const tried of [[first!], [second!], [first!, third!]]) {
        expect(tried).not.toContain(memberOf(twin.update.picker.pick(attemptAfter(tried), 0)));
      }
      return memberOf(twin.update.picker.pick(firstAttempt, 0));
    });
    expect(seen.map((member) => twin.members.indexOf(member))).toEqual(
      expected.map((member) => rig.members.indexOf(member)),
    );
    expect(twin.members).toContain(memberOf(twin.update.picker.pick(attemptAfter(twin.members), 0)));
  });

  test('a single member needs no report, and a pick makes no object', () => {
    const rig = new Rig(1, NOW);
    rig.call(0, loaded(0.3));
    rig.advance(SECOND);
    const { picker } = rig.update;
    expect(picker.pick(firstAttempt, 0)).toBe(picker.pick(attemptAfter(rig.members), 0));
  });

  test('a new list of the same members goes on where the turns are: no member is first after each update', () => {
    const rig = new Rig(4);
    const firsts = Array.from({ length: 8 }, () => {
      rig.ask();
      return rig.members.indexOf(memberOf(rig.update.picker.pick(firstAttempt, 0)));
    });
    expect(new Set(firsts.slice(0, 4)).size).toBe(4);
    expect(firsts.slice(4)).toEqual(firsts.slice(0, 4));
  });

  test('survives a clock that jumps an hour back or forth', () => {
    const rig = new Rig(2);
    const report = (): void => [0.1, 0.2].forEach((utilization, index) => rig.call(index, loaded(utilization)));
    rig.now = 7_200_000;
    rig.ask();
    report();
    rig.advance(10 * SECOND);
    rig.expectShares([2, 1]);
    rig.now -= 3_600_000;
    rig.ask();
    rig.expectShares([1, 1]);
    report();
    rig.advance(10 * SECOND);
    rig.expectShares([2, 1]);
    rig.now += 3_600_000;
    rig.ask();
    rig.expectShares([1, 1]);
    report();
    rig.advance(10 * SECOND);
    rig.expectShares([2, 1]);
  });

  test('loads of another policy, as after a change of it, have no weight and do no harm', () => {
    const rig = new Rig(2);
    const others = fakeMembers(2);
    const { picker } = rig.policy.update(others, contextAt());
    expect(others).toContain(memberOf(picker.pick(firstAttempt, 0)));
  });

  test('an end that comes twice counts once', () => {
    const { load } = new Rig(1).members[0]!;
    const completion = load.begin(0);
    load.begin(0);
    completion.end(0, 'success');
    completion.end(0, 'success');
    expect([load.inFlight, load.valueAt(0)]).toEqual([1, 1]);
  });
});

describe('the config of weighted_round_robin', () => {
  test('may use the experimental name, and weights are used at least 100 ms long', () => {
    const policy = policyOf('weighted_round_robin_experimental', { weightUpdatePeriod: '0.05s' });
    expect(policy.name).toBe('weighted_round_robin');
    expect(policy.update(fakeMembers(1), contextAt()).revisitInMs).toBe(100);
  });

  test.each([
    [{ errorUtilizationPenalty: -0.1 }, 'errorUtilizationPenalty: -0.1 (expected: a number, at least 0)'],
    [{ errorUtilizationPenalty: '1' }, 'errorUtilizationPenalty: "1"'],
    [{ enableOobLoadReport: 1 }, 'enableOobLoadReport: 1'],
    [{ blackoutPeriod: 10 }, 'blackoutPeriod: 10'],
    [{ blackoutPeriod: '-1s' }, 'blackoutPeriod: "-1s"'],
    [{ weightExpirationPeriod: '3m' }, 'weightExpirationPeriod: "3m"'],
    [
      { metricNamesForComputingUtilization: 'cpu_utilization' },
      'metricNamesForComputingUtilization: "cpu_utilization"',
    ],
    [
      { metricNamesForComputingUtilization: ['cpu_utilization', 7] },
      'metricNamesForComputingUtilization[1]: 7 (expected: one of application_utilization, ',
    ],
  ])('%j is refused', (config, message) => {
    expect(() => policyOf('weighted_round_robin', config)).toThrow(`lb[0].weighted_round_robin.${message}`);
  });

  test('passes metrics over that it does not know, as gRPC does, and says so; the typed option refuses them', () => {
    const config = { metricNamesForComputingUtilization: ['named_metrics', 'cpu_utilization', 'gpu'] };
    const { create, warnings } = parseLoadBalancingConfig([{ weighted_round_robin: config }], builtInPolicies, 'lb');
    expect(create().name).toBe('weighted_round_robin');
    const path = 'lb[0].weighted_round_robin.metricNamesForComputingUtilization';
    expect(warnings).toEqual([
      expect.stringContaining(`${path}[0]: unknown metric "named_metrics", ignored (known: application_utilization, `),
      expect.stringContaining(`${path}[2]: unknown metric "gpu", ignored`),
    ]);
    expect(() => weightedRoundRobin(config)).toThrow(
      'metricNamesForComputingUtilization[0]: "named_metrics" (expected: one of application_utilization, ',
    );
  });

  test('has a typed twin, which names its options itself', () => {
    expect(weightedRoundRobin({ blackoutPeriodMs: 0 })().name).toBe('weighted_round_robin');
    expect(() => weightedRoundRobin({ errorUtilizationPenalty: NaN })).toThrow(
      'weighted_round_robin.errorUtilizationPenalty: NaN (expected: a number, at least 0)',
    );
    const policy = weightedRoundRobin({ metricNamesForComputingUtilization: ['named_metrics.queue'] })();
    expect(policy.createLoad().inFlight).toBe(0);
  });
});
