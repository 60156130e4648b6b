import { describe } from '@jest/globals';
import {
  count,
  heldToLimits,
  MAX_INT,
  noObjects,
  seconds,
  type Limits,
  type Place,
  type Table,
} from '../test/limits.js';
import type {
  FailureAccrualJson,
  FailurePercentageEjectionJson,
  DeterministicApertureJson,
  LoadBalancingConfigJson,
  OutlierDetectionJson,
  RandomSubsettingJson,
  RingHashJson,
  SuccessRateEjectionJson,
  WeightedRoundRobinJson,
  SlowStartJson,
  TierPolicyJson,
} from './load-balancing-json.js';

const CHILD: Limits = { good: [[{ round_robin: {} }], null], bad: [[], {}, 'round_robin', [{ no_such: {} }]] };
const SLOW_START: Limits = { good: [{ window: '1s' }, null], bad: [...noObjects, {}] };

const PEAK_EWMA: Table<NonNullable<LoadBalancingConfigJson['peak_ewma']>> = {
  decayTime: seconds(['0.001s', '600s'], ['0s', '600.001s']),
  failurePenalty: seconds(['0s', '600s'], ['600.001s']),
  slowStart: SLOW_START,
};

const LEAST_REQUEST: Table<NonNullable<LoadBalancingConfigJson['least_request']>> = {
  choiceCount: { good: [2, 10, 11, MAX_INT, null], bad: [1, 0, -1, 2.5, Infinity, '2', {}] },
  slowStart: SLOW_START,
};

const SLOW_START_FIELDS: Table<SlowStartJson> = {
  window: seconds(['0.001s', '3600s'], ['0s', '3600.001s']),
  minWeightPercent: { good: [0, 100, null], bad: [-0.001, 100.001, '10', {}], beside: { window: '1s' } },
  aggression: { good: [0.01, 100, null], bad: [0.009, 100.1, 0, -1, '1'], beside: { window: '1s' } },
};

const TIERS: Table<TierPolicyJson> = {
  overprovisioning: { good: [1, 1.4, 100, null], bad: [0.999, 100.1, -1, Infinity, '1.4'] },
  childPolicy: CHILD,
};

const ZONE: Table<NonNullable<LoadBalancingConfigJson['zone_preference']>> = {
  zone: { good: ['a'], bad: ['', 5, null, {}] },
  node: { good: ['n', null], bad: ['', 5, {}], beside: { zone: 'a' } },
  overprovisioning: { ...TIERS.overprovisioning, beside: { zone: 'a' } },
  childPolicy: { ...CHILD, beside: { zone: 'a' } },
};

const integer = (max: number): Limits => ({ good: [0, max, null], bad: [-1, max + 1, 1.5, '1', true] });
const UINT32_MAX = 2 ** 32 - 1;

const SUCCESS_RATE: Table<SuccessRateEjectionJson> = {
  stdevFactor: integer(UINT32_MAX),
  enforcementPercentage: integer(100),
  minimumHosts: integer(UINT32_MAX),
  requestVolume: integer(UINT32_MAX),
};

const FAILURE_PERCENTAGE: Table<FailurePercentageEjectionJson> = {
  threshold: integer(100),
  enforcementPercentage: integer(100),
  minimumHosts: integer(UINT32_MAX),
  requestVolume: integer(UINT32_MAX),
};

const OUTLIER_DETECTION: Table<OutlierDetectionJson> = {
  interval: seconds(['0s', '315576000000s'], []),
  baseEjectionTime: seconds(['0s', '315576000000s'], []),
  maxEjectionTime: seconds(['0s', '315576000000s'], []),
  maxEjectionPercent: integer(100),
  successRateEjection: { good: [{}, null], bad: noObjects },
  failurePercentageEjection: { good: [{}, null], bad: noObjects },
  failureCodes: {
    good: ['serverErrors', 'anyError', ['UNAVAILABLE'], null],
    bad: ['all', [], ['OK'], ['CANCELLED'], ['unavailable'], [14], {}],
  },
  panicThreshold: integer(100),
  childPolicy: CHILD,
};

const FAILURE_ACCRUAL: Table<FailureAccrualJson> = {
  consecutiveFailures: integer(1_000_000),
  minSuccessRatio: { good: [0, 1, null], bad: [-0.001, 1.001, '1', true] },
  requestVolume: integer(1_000_000),
  window: seconds(['0.01s', '3600s'], ['0.009s', '3601s']),
  initialBackoff: seconds(['0.001s', '60s'], ['0s', '60.001s']),
  maxBackoff: seconds(['1s', '86400s'], ['0s', '86401s']),
  backoffMultiplier: { good: [1, 100, null], bad: [0.999, 100.001, '2', true] },
  jitterRatio: { good: [0, 1, null], bad: [-0.001, 1.001, '1', true] },
  panicThreshold: integer(100),
  childPolicy: CHILD,
};

const WEIGHTED: Table<WeightedRoundRobinJson> = {
  enableOobLoadReport: { good: [true, false, null], bad: [0, 'true', {}] },
  oobReportingPeriod: seconds(['0s', '315576000000s'], []),
  blackoutPeriod: seconds(['0s', '315576000000s'], []),
  weightExpirationPeriod: seconds(['0s', '315576000000s'], []),
  weightUpdatePeriod: seconds(['0s', '315576000000s'], []),
  errorUtilizationPenalty: { good: [0, Number.MAX_VALUE, null], bad: [-Number.MIN_VALUE, Infinity, NaN, '1'] },
  metricNamesForComputingUtilization: {
    good: [[], ['mem_utilization', 'named_metrics.a.b', 'utilization.x'], ['qps', 'named_metrics.'], null],
    bad: [{}, 'mem_utilization', [5]],
  },
};

const MAX_RING = 8_388_608;

const RING_HASH: Table<RingHashJson> = {
  minRingSize: { good: [1, MAX_RING], bad: [0, 1.5, MAX_RING + 1, '1'], beside: { maxRingSize: MAX_RING } },
  maxRingSize: { good: [1, MAX_RING], bad: [0, 1.5, MAX_RING + 1, '1'], beside: { minRingSize: 1 } },
  requestHashHeader: { good: ['x-user', 'X.y_z', ''], bad: ['x-bin', 'a b', ':path', 'é', 5, {}] },
};

const RANDOM_SUBSETTING: Table<RandomSubsettingJson> = {
  subsetSize: { good: [1, 4_294_967_295], bad: [0, 1.5, 4_294_967_296, '1'], beside: { childPolicy: CHILD.good[0] } },
  childPolicy: { good: [CHILD.good[0]], bad: [...CHILD.bad, null], beside: { subsetSize: 1 } },
};

const APERTURE: Table<DeterministicApertureJson> = {
  instanceId: { good: [0, 4], bad: [-1, 5, 0.5, '1'], beside: { totalInstances: 5 } },
  totalInstances: { good: [1, MAX_INT], bad: [0, 1.5, MAX_INT + 1, '1'], beside: { instanceId: 0 } },
  minAperture: { ...count(1), beside: { instanceId: 0, totalInstances: 1 } },
  childPolicy: { ...CHILD, beside: { instanceId: 0, totalInstances: 1 } },
};

const policyPlace = (name: string, table: Place['table']): Place => ({
  path: `serviceConfig.loadBalancingConfig[0].${name}`,
  table,
  config: (settings) => ({ loadBalancingConfig: [{ [name]: settings }] }),
});

const outliers = (settings: object) => ({
  loadBalancingConfig: [{ outlier_detection: settings }],
});

const PLACES: readonly Place[] = [
  {
    path: 'serviceConfig.loadBalancingConfig[0].peak_ewma',
    table: PEAK_EWMA,
    config: (settings) => ({ loadBalancingConfig: [{ peak_ewma: settings }] }),
  },
  {
    path: 'serviceConfig.loadBalancingConfig[0].outlier_detection',
    table: OUTLIER_DETECTION,
    config: outliers,
  },
  {
    path: 'serviceConfig.loadBalancingConfig[0].outlier_detection.successRateEjection',
    table: SUCCESS_RATE,
    config: (successRateEjection) => outliers({ successRateEjection }),
  },
  {
    path: 'serviceConfig.loadBalancingConfig[0].outlier_detection.failurePercentageEjection',
    table: FAILURE_PERCENTAGE,
    config: (failurePercentageEjection) => outliers({ failurePercentageEjection }),
  },
  {
    path: 'serviceConfig.loadBalancingConfig[0].failure_accrual',
    table: FAILURE_ACCRUAL,
    config: (settings) => ({ loadBalancingConfig: [{ failure_accrual: settings }] }),
  },
  {
    path: 'serviceConfig.loadBalancingConfig[0].weighted_round_robin',
    table: WEIGHTED,
    config: (settings) => ({ loadBalancingConfig: [{ weighted_round_robin: settings }] }),
  },
  {
    path: 'serviceConfig.loadBalancingConfig[0].least_request',
    table: LEAST_REQUEST,
    config: (settings) => ({ loadBalancingConfig: [{ least_request: settings }] }),
  },
  {
    path: 'serviceConfig.loadBalancingConfig[0].least_request.slowStart',
    table: SLOW_START_FIELDS,
    config: (slowStart) => ({ loadBalancingConfig: [{ least_request: { slowStart: slowStart as SlowStartJson } }] }),
  },
  {
    path: 'serviceConfig.loadBalancingConfig[0].priority',
    table: TIERS,
    config: (priority) => ({ loadBalancingConfig: [{ priority }] }),
  },
  {
    path: 'serviceConfig.loadBalancingConfig[0].zone_preference',
    table: ZONE,
    config: (settings) => ({ loadBalancingConfig: [{ zone_preference: settings as { zone: string } }] }),
  },
  policyPlace('ring_hash', RING_HASH),
  policyPlace('random_subsetting', RANDOM_SUBSETTING),
  policyPlace('deterministic_aperture', APERTURE),
];

describe.each(PLACES)('of $path', heldToLimits);
