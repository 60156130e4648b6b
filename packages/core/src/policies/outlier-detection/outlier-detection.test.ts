import { describe, expect, test } from '@jest/globals';
import { SeededRandom } from '@fairlead/testing';
import { PolicyBench, endWith } from '../../../test/support/policy-bench.js';
import { policyOf } from '../../../test/support/policy.js';
import { endpointAt } from '../../endpoint/endpoint.js';
import type { StatusName } from '../../status/status-code.js';
import { roundRobin } from '../round-robin.js';
import { failureAccrual } from '../failure-accrual/failure-accrual.js';
import { pickFirst } from '../pick-first.js';
import { deterministicAperture } from '../subsetting/deterministic-aperture.js';
import { randomSubsetting } from '../subsetting/random-subsetting.js';
import { priority } from '../tiers/priority.js';
import { outlierDetection } from './outlier-detection.js';
import type { OutlierDetectionOptions } from './outlier-detection-options.js';

const INTERVAL = 10_000;

function bench(options: OutlierDetectionOptions, members = 5, seed = 1): PolicyBench {
  return new PolicyBench(
    outlierDetection({ childPolicy: roundRobin(), ...options })(),
    members,
    new SeededRandom(seed),
  );
}

const byRate = (options: object = {}, more: object = {}): OutlierDetectionOptions => ({
  successRateEjection: { requestVolume: 10, ...options },
  ...more,
});
const byFailures = (options: object = {}, more: object = {}): OutlierDetectionOptions => ({
  failurePercentageEjection: { requestVolume: 10, ...options },
  ...more,
});

/** Each member of `failing` fails all of its ten calls, the others none. */
function interval(bench: PolicyBench, failing: readonly number[], code: StatusName = 'UNAVAILABLE'): void {
  bench.members.forEach((_, index) => bench.end(index, failing.includes(index) ? code : 'OK', 10));
  bench.advance(INTERVAL);
}

const picked = (bench: PolicyBench, calls = 40): readonly number[] =>
  [...new Set(Array.from({ length: calls }, () => bench.pick()))].sort();

describe('success rate (gRFC A50)', () => {
  test('successRateOneOutlier: it gets no calls, and the others do', () => {
    const b = bench(byRate());
    interval(b, [2]);
    expect(b.ejected).toEqual([2]);
    expect(b.update.ejected).toEqual([{ member: b.members[2], cause: 'success-rate', untilMs: expect.any(Number) }]);
    expect(picked(b)).toEqual([0, 1, 3, 4]);
  });

  test('successRateNoOutliers', () => {
    const b = bench(byRate());
    interval(b, []);
    interval(b, [0, 1, 2, 3, 4]);
    expect(b.ejected).toEqual([]);
  });

  test('at mean − stdev × factor nobody is ejected, below it is', () => {
    // Rates 1, 1, 1, 1 and r: mean 1 − (1 − r)/5, stdev 0.4 (1 − r). r < mean − f·stdev ⇔ f < 2.
    expect(ejectedWith({ stdevFactor: 1_999 })).toEqual([4]);
    expect(ejectedWith({ stdevFactor: 2_000 })).toEqual([]);
    function ejectedWith(options: object): readonly number[] {
      const b = bench(byRate(options));
      for (const index of b.members.keys()) b.end(index, 'OK', 16);
      b.end(4, 'INTERNAL', 16);
      b.advance(INTERVAL);
      return b.ejected;
    }
  });

  test('successRateFiveMinimumHosts: with fewer that have the volume nobody is compared', () => {
    const b = bench(byRate(), 5);
    for (const index of [0, 1, 2]) b.end(index, 'OK', 10);
    b.end(3, 'OK', 9);
    b.end(4, 'UNAVAILABLE', 10);
    b.advance(INTERVAL);
    expect(b.ejected).toEqual([]);
    const four = bench(byRate({ minimumHosts: 4, stdevFactor: 1_000 }), 4);
    interval(four, [0]);
    expect(four.ejected).toEqual([0]);
  });

  test('successRateEnforcementPercentage: 0 ejects nobody and counts them, 100 everybody, 50 about half', () => {
    const spared = (enforcementPercentage: number): number => {
      let count = 0;
      for (let seed = 1; seed <= 400; seed++) {
        const b = bench(byRate({ enforcementPercentage }), 5, seed);
        interval(b, [1]);
        count += (b.update.spared ?? []).filter(({ reason }) => reason === 'enforcement-percentage').length;
        expect(b.ejected).toHaveLength(1 - (b.update.spared?.length ?? 0));
      }
      return count;
    };
    expect([spared(0), spared(100)]).toEqual([400, 0]);
    // 5 σ of 400 draws at one half.
    expect(Math.abs(spared(50) - 200)).toBeLessThan(50);
  });
});

describe('as grpc-java is configured in its tests: five members, a stdevFactor of 1, three hosts with ten calls', () => {
  const config = (maxEjectionPercent: number): OutlierDetectionOptions =>
    byRate({ stdevFactor: 1, minimumHosts: 3 }, { maxEjectionPercent });

  test('successRateTwoOutliers', () => {
    const b = bench(config(50));
    interval(b, [0, 1]);
    expect(b.ejected).toEqual([0, 1]);
  });

  test('successRateThreeOutliers_maxEjectionPercentage: the second goes above the limit of 30 %, the third stays', () => {
    const b = bench(config(30));
    interval(b, [0, 1, 2]);
    expect(b.ejected).toEqual([0, 1]);
  });

  test('successRateAndFailurePercentageThreeOutliers: a single call that failed is found by the latter', () => {
    const failurePercentageEjection = { threshold: 0, minimumHosts: 3, requestVolume: 1 };
    const b = bench({ ...config(100), failurePercentageEjection });
    b.end(2, 'DEADLINE_EXCEEDED');
    for (const index of [0, 1]) b.end(index, 'DEADLINE_EXCEEDED', 20);
    for (const index of [3, 4]) b.end(index, 'OK', 20);
    b.advance(INTERVAL);
    expect(b.update.ejected!.map(({ cause }) => cause)).toEqual(['success-rate', 'success-rate', 'failure-percentage']);
  });
});

describe('failure percentage (gRFC A50)', () => {
  test('failurePercentageOneOutlier', () => {
    const b = bench(byFailures());
    interval(b, [3]);
    expect(b.update.ejected).toMatchObject([{ member: b.members[3], cause: 'failure-percentage' }]);
    expect(picked(b)).toEqual([0, 1, 2, 4]);
  });

  test.each([
    [84, []],
    [85, []],
    [86, [0]],
  ])('%i %% of failures at a threshold of 85', (failures, expected) => {
    const b = bench(byFailures());
    for (const index of b.members.keys()) b.end(index, 'OK', 100);
    b.advance(INTERVAL);
    b.end(0, 'UNAVAILABLE', failures);
    b.end(0, 'OK', 100 - failures);
    for (const index of [1, 2, 3, 4]) b.end(index, 'OK', 100);
    b.advance(INTERVAL);
    expect(b.ejected).toEqual(expected);
  });

  test('failurePercentageFiveMinimumHosts, and threshold 0 and 100', () => {
    const four = bench(byFailures(), 4);
    interval(four, [0]);
    expect(four.ejected).toEqual([]);
    const never = bench(byFailures({ threshold: 100 }));
    interval(never, [0]);
    expect(never.ejected).toEqual([]);
    const strict = bench(byFailures({ threshold: 0 }));
    strict.end(0, 'INTERNAL');
    for (const index of strict.members.keys()) strict.end(index, 'OK', 100);
    strict.advance(INTERVAL);
    expect(strict.ejected).toEqual([0]);
  });

  test('successRateAndFailurePercentageOneOutlier: found by both, ejected for two base times, as in grpc-go and grpc-java', () => {
    const b = bench({ ...byRate(), ...byFailures(), maxEjectionPercent: 100 });
    interval(b, [0]);
    expect(b.update.ejected).toMatchObject([{ cause: 'success-rate', untilMs: b.now + 70_000 }]);
    b.advance(60_000);
    expect(b.ejected).toEqual([0]);
    b.advance(INTERVAL);
    expect(b.ejected).toEqual([]);
  });

  test('found by both while the limit is reached: ejected once, and not told as spared', () => {
    const b = bench({ ...byRate(), ...byFailures() });
    interval(b, [0]);
    expect(b.update.ejected).toMatchObject([{ untilMs: b.now + 40_000 }]);
    expect(b.update.spared).toBeUndefined();
  });

  test('found by calls that began before its ejection, it is ejected anew; in a panic it is not', () => {
    const b = bench(byFailures({}, { maxEjectionPercent: 100 }));
    interval(b, [0]);
    interval(b, [0]);
    expect(b.update.ejected).toMatchObject([{ untilMs: b.now + 70_000 }]);
    const most = bench(byFailures({}, { maxEjectionPercent: 100, panicThreshold: 50 }));
    interval(most, [0, 1, 2]);
    const { untilMs } = most.update.ejected![0]!;
    interval(most, [0, 1, 2]);
    expect([most.panic, most.update.ejected![0]!.untilMs]).toEqual([true, untilMs]);
  });
});

describe('how many are ejected', () => {
  test.each([
    [0, 0],
    [1, 1],
    [10, 1],
    [19, 2],
    [20, 2],
    [50, 5],
    [100, 6],
  ])('maxEjectionPercent %i of ten members, six of them failing: %i', (maxEjectionPercent, expected) => {
    const b = bench(byFailures({}, { maxEjectionPercent }), 10);
    interval(b, [0, 1, 2, 3, 4, 5]);
    expect(b.ejected).toHaveLength(expected);
    const spared = b.update.spared ?? [];
    expect(spared.map(({ reason }) => reason)).toEqual(Array(6 - expected).fill('max-ejection-overflow'));
    b.refresh();
    expect(b.update.spared).toBeUndefined();
  });

  test('when all would be, nobody is hidden: calls go to all, and the pool may say so', () => {
    const b = bench(byFailures({ threshold: 10 }, { maxEjectionPercent: 100 }));
    interval(b, [0, 1, 2, 3, 4]);
    expect([b.ejected.length, b.panic]).toEqual([5, true]);
    expect(picked(b)).toEqual([0, 1, 2, 3, 4]);
  });

  test('panicThreshold: with fewer than these percent of the members left', () => {
    const ejected = (failing: readonly number[], panicThreshold: number): readonly [number, boolean, number] => {
      const b = bench(byFailures({}, { maxEjectionPercent: 100, panicThreshold }), 10);
      interval(b, failing);
      return [b.ejected.length, b.panic, picked(b, 100).length];
    };
    expect(ejected([0, 1, 2, 3, 4], 50)).toEqual([5, false, 5]);
    expect(ejected([0, 1, 2, 3, 4, 5], 50)).toEqual([6, true, 10]);
    expect(ejected([0, 1, 2, 3, 4, 5, 6, 7, 8], 0)).toEqual([9, false, 1]);
    expect(ejected([0], 100)).toEqual([1, true, 10]);
  });

  test('members that are not ready are no reason to hope', () => {
    const b = bench(byFailures({ minimumHosts: 2 }, { maxEjectionPercent: 100 }), 3);
    b.members[2]!.connectivity = 'connecting';
    b.end(0, 'INTERNAL', 10);
    b.end(1, 'INTERNAL', 10);
    b.advance(INTERVAL);
    expect([b.ejected, b.panic, picked(b)]).toEqual([[0, 1], true, [0, 1]]);
    b.members[2]!.connectivity = 'ready';
    b.refresh();
    expect([b.panic, picked(b)]).toEqual([false, [2]]);
  });
});

describe('how long', () => {
  /** Intervals until the member is back, each with calls that fail if the member is picked. */
  function intervalsUntilBack(b: PolicyBench): number {
    let intervals = 0;
    while (b.ejected.length > 0) {
      b.advance(INTERVAL);
      intervals += 1;
    }
    return intervals;
  }

  test('EjectUnejectSuccessRate: the first time 30 s, told at the first interval after them, then longer, at most 300 s', () => {
    const b = bench(byRate());
    const lengths: number[] = [];
    for (let n = 0; n < 12; n++) {
      interval(b, [0]);
      const { untilMs } = b.update.ejected![0]!;
      const since = b.now;
      lengths.push(intervalsUntilBack(b));
      expect(b.now).toBe(untilMs);
      expect(b.now - since).toBe(lengths.at(-1)! * INTERVAL);
    }
    // After base × n, at the next interval; an interval without ejection in between forgives none of them here, since the
    // ejection that ends is not one.
    expect(lengths).toEqual([4, 7, 10, 13, 16, 19, 22, 25, 28, 31, 31, 31]);
  });

  test('each interval without an ejection forgives one', () => {
    const b = bench(byRate());
    interval(b, [0]);
    expect(intervalsUntilBack(b)).toBe(4);
    interval(b, []);
    interval(b, [0]);
    expect(intervalsUntilBack(b)).toBe(4);
  });

  test('maxEjectionTimeMs below baseEjectionTimeMs counts as that', () => {
    const b = bench(byRate({}, { baseEjectionTimeMs: 50_000, maxEjectionTimeMs: 1 }));
    interval(b, [0]);
    expect(intervalsUntilBack(b)).toBe(6);
    interval(b, [0]);
    expect(intervalsUntilBack(b)).toBe(6);
  });

  test('a base time of 0 ends with the next interval', () => {
    const b = bench(byRate({}, { baseEjectionTimeMs: 0 }));
    interval(b, [0]);
    expect(b.ejected).toEqual([0]);
    b.advance(INTERVAL);
    expect(b.ejected).toEqual([]);
  });

  test('EjectionStateResetsWhenEndpointAddressesChange, and not when their order does', () => {
    const b = bench(byRate());
    const [one, two] = [7, 8].map((n) => ({ kind: 'tcp', host: `10.1.0.${n}`, port: 1 }) as const);
    const { id } = b.members[0]!.endpoint;
    const give = (...addresses: [typeof one, ...(typeof one)[]]): void => {
      Object.assign(b.members[0]!, { endpoint: { ...endpointAt(one!), id, addresses } });
      b.refresh();
    };
    give(one, two);
    interval(b, [0]);
    give(two, one);
    expect(b.ejected).toEqual([0]);
    give(one);
    expect(b.ejected).toEqual([]);
    b.end(0, 'INTERNAL', 10);
    give(two);
    interval(b, []);
    expect(b.ejected).toEqual([]);
  });

  test('ConcurrentOperations: one that leaves while it is ejected is forgotten', () => {
    const b = bench(byRate(), 6);
    interval(b, [5]);
    const [gone] = b.members.splice(5, 1);
    b.refresh();
    expect(b.ejected).toEqual([]);
    endWith(gone!.load.begin(b.now), b.now, 'INTERNAL');
    b.members.push(b.newMember(5));
    b.refresh();
    expect(picked(b)).toEqual([0, 1, 2, 3, 4, 5]);
  });
});

describe('the interval', () => {
  test('DurationOfInterval: one revisit for all members, whatever changes in between', () => {
    const b = bench(byRate(), 50);
    expect(b.update.revisitInMs).toBe(INTERVAL);
    b.now += 4_000;
    b.refresh();
    expect(b.update.revisitInMs).toBe(6_000);
    b.advance(6_000);
    expect(b.update.revisitInMs).toBe(INTERVAL);
  });

  test('an earlier revisit of the child comes first, and does not end the interval', () => {
    const child = roundRobin()();
    const restless = {
      name: 'restless',
      createLoad: () => child.createLoad(),
      update: (...args: Parameters<typeof child.update>) => ({ ...child.update(...args), revisitInMs: 3_000 }),
    } as typeof child;
    const b = bench({ ...byRate(), childPolicy: () => restless });
    expect(b.update.revisitInMs).toBe(3_000);
    for (const index of b.members.keys()) b.end(index, index === 0 ? 'INTERNAL' : 'OK', 10);
    b.advance(9_999);
    expect([b.ejected, b.update.revisitInMs]).toEqual([[], 1_000]);
    b.advance(1);
    expect(b.ejected).toEqual([0]);
  });

  test('only calls that ended within the last one count', () => {
    const b = bench(byRate());
    interval(b, []);
    b.end(0, 'INTERNAL', 10);
    b.advance(INTERVAL);
    b.advance(INTERVAL);
    expect(b.ejected).toEqual([]);
  });

  test('a clock that jumps an hour forth or back ejects nobody for longer, and counts no call twice', () => {
    for (const jump of [3_600_000, -3_600_000]) {
      const b = bench(byRate());
      interval(b, [0]);
      b.jump(jump);
      b.refresh();
      expect(b.update.revisitInMs).toBe(INTERVAL);
      for (let n = 0; n < 5; n++) b.advance(INTERVAL);
      expect(b.ejected).toEqual([]);
    }
  });
});

describe('what counts', () => {
  const ejectedBy = (failureCodes: OutlierDetectionOptions['failureCodes'], code: StatusName, distorted = false) => {
    const b = bench({ ...byFailures(), ...(failureCodes && { failureCodes }) });
    for (const index of [1, 2, 3, 4]) b.end(index, 'OK', 10);
    for (let n = 0; n < 10; n++) endWith(b.begin(0), b.now, code, distorted);
    b.advance(INTERVAL);
    return b.ejected.length === 1;
  };

  test.each([
    ['UNAVAILABLE', true, true, true],
    ['INTERNAL', true, true, false],
    ['RESOURCE_EXHAUSTED', true, true, false],
    ['DEADLINE_EXCEEDED', true, true, false],
    ['NOT_FOUND', false, true, false],
    ['PERMISSION_DENIED', false, true, true],
    ['CANCELLED', false, false, false],
  ] as const)('%s: by default %s, anyError %s, a list %s', (code, byDefault, anyError, listed) => {
    expect([
      ejectedBy(undefined, code),
      ejectedBy('anyError', code),
      ejectedBy(['UNAVAILABLE', 'PERMISSION_DENIED'], code),
    ]).toEqual([byDefault, anyError, listed]);
  });

  test('not what our own stalled event loop read late', () => {
    expect(ejectedBy('anyError', 'UNAVAILABLE', true)).toBe(false);
  });
});

describe('what it stands between', () => {
  test('without an algorithm it does nothing: no revisit, no load of its own (NoopConfiguration)', () => {
    const b = bench({});
    expect([b.update.revisitInMs, b.update.ejected]).toEqual([undefined, undefined]);
    for (let n = 0; n < 3; n++) interval(b, [0]);
    expect(picked(b)).toEqual([0, 1, 2, 3, 4]);
  });

  test('over pick_first it has no effect (PickFirstHealthListenerDisabled)', () => {
    const b = bench({ ...byFailures(), childPolicy: pickFirst() });
    interval(b, [0]);
    expect([b.pick(), b.ejected]).toEqual([0, []]);
  });

  test.each([
    ['a subset', randomSubsetting({ subsetSize: 5, childPolicy: pickFirst() })],
    ['an aperture', deterministicAperture({ instanceId: 0, totalInstances: 1, childPolicy: pickFirst() })],
    ['tiers', priority({ childPolicy: pickFirst() })],
    ['breakers', failureAccrual({ consecutiveFailures: 0, minSuccessRatio: 0, childPolicy: pickFirst() })],
    ['itself', outlierDetection({ childPolicy: pickFirst() })],
  ])('over %s of pick_first it has none either', (_, childPolicy) => {
    const b = bench({ ...byFailures(), childPolicy });
    interval(b, [0]);
    expect([b.update.ejected ?? [], b.update.revisitInMs]).toEqual([[], undefined]);
  });

  test('an interval of 0, which A50 allows, is one of 1 ms', () => {
    const b = bench(byFailures({}, { intervalMs: 0 }));
    expect(b.update.revisitInMs).toBe(1);
  });

  test('an ejected member is connected again when it was idle, and stays ejected', () => {
    const b = bench(byRate());
    interval(b, [0]);
    b.members[0]!.connectivity = 'idle';
    b.refresh();
    expect(b.update.connect).toContain(b.members[0]);
    b.members[0]!.connectivity = 'ready';
    b.refresh();
    expect(picked(b)).toEqual([1, 2, 3, 4]);
  });

  test('two of them: both eject, which is told once, as the parent has it', () => {
    const inner = outlierDetection({ ...byFailures(), childPolicy: roundRobin() });
    const b = bench({ ...byRate(), childPolicy: inner }, 10);
    for (const index of b.members.keys()) b.end(index, 'OK', 20);
    b.advance(INTERVAL);
    interval(b, [0]);
    expect(b.ejected).toEqual([0]);
    expect(b.update.ejected).toMatchObject([{ cause: 'success-rate' }]);
  });

  test('is made by a service config, under both of its names', () => {
    const config = {
      interval: '1s',
      maxEjectionPercent: 50,
      failurePercentageEjection: { requestVolume: 1, minimumHosts: 1, threshold: 50 },
      childPolicy: [{ round_robin: {} }],
    };
    for (const name of ['outlier_detection', 'outlier_detection_experimental']) {
      const b = new PolicyBench(policyOf(name, config), 4);
      b.end(1, 'INTERNAL');
      b.advance(1_000);
      expect([b.policy.name, b.ejected]).toEqual(['outlier_detection', [1]]);
    }
  });

  test.each([
    [{ maxEjectionPercent: 101 }, 'outlier_detection.maxEjectionPercent: 101 (expected: an integer, 0 to 100)'],
    [{ intervalMs: -1 }, 'outlier_detection.intervalMs: -1 (expected: a duration, at least 0 ms)'],
    [
      { successRateEjection: { stdevfactor: 1 } },
      'outlier_detection.successRateEjection.stdevfactor: 1 (expected: unk',
    ],
    [{ successRateEjection: true }, 'outlier_detection.successRateEjection: true (expected: an object)'],
    [{ failureCodes: [] }, 'outlier_detection.failureCodes: [] (expected: "serverErrors", "anyError", or a list'],
    [{ failureCodes: ['OK'] }, 'outlier_detection.failureCodes: ["OK"] (expected: "serverErrors"'],
    [{ failureCodes: ['unavailable'] }, 'outlier_detection.failureCodes: ["unavailable"] (expected: '],
    [{ childPolicy: 'round_robin' }, 'outlier_detection.childPolicy: "round_robin" (expected: a policy'],
  ])('%j is refused', (options, message) => {
    expect(() => outlierDetection(options as never)).toThrow(message);
  });
});
