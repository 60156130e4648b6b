import type { DurationString } from './duration-string.js';

/** One entry: exactly one key, the policy's name. */
export interface LoadBalancingConfigJson {
  readonly peak_ewma?: {
    /** How long a latency is remembered. Default `'10s'`; `'0.001s'` to `'600s'`. */
    readonly decayTime?: DurationString;
    /** What a failed call counts as, at least. Default `'5s'`; `'0s'` (failures cost what they took) to `'600s'`. */
    readonly failurePenalty?: DurationString;
    /** Gives pods that have just become ready their share step by step. Default none: at once. */
    readonly slowStart?: SlowStartJson;
  };
  /** gRFC A48: the fewest calls in flight of a few random pods. Also `least_request_experimental`. */
  readonly least_request?: {
    /** Pods drawn for each call: an integer, at least 2; more than 10 count as 10. Default 2. */
    readonly choiceCount?: number;
    /** As in `peak_ewma`. */
    readonly slowStart?: SlowStartJson;
  };
  readonly round_robin?: Readonly<Record<string, never>>;
  readonly weighted_round_robin?: WeightedRoundRobinJson;
  readonly pick_first?: { readonly shuffleAddressList?: boolean };
  /** By `EndpointAttributes.priority`, with spill-over as Envoy's priority levels. Also `priority_experimental`. */
  readonly priority?: TierPolicyJson;
  /** The pods of our zone first, with the same spill-over. */
  readonly zone_preference?: TierPolicyJson & {
    /** Our zone, as the endpoints name it. */
    readonly zone: string;
    /** Our node: its pods come before those of the zone. Default none. */
    readonly node?: string;
  };
  /** Ejects pods that answer worse than the others (gRFC A50), and lets its `childPolicy` choose among the rest. */
  readonly outlier_detection?: OutlierDetectionJson;
  /** gRPC's name of `outlier_detection`. */
  readonly outlier_detection_experimental?: OutlierDetectionJson;
  /** A circuit breaker for each pod, and a `childPolicy` that chooses among those whose breaker is closed. */
  readonly failure_accrual?: FailureAccrualJson;
  readonly ring_hash?: RingHashJson;
  readonly ring_hash_experimental?: RingHashJson;
  readonly random_subsetting?: RandomSubsettingJson;
  readonly random_subsetting_experimental?: RandomSubsettingJson;
  readonly deterministic_aperture?: DeterministicApertureJson;
  readonly [other: string]: unknown;
}

/** gRFC A50. With neither of the two algorithms it does nothing. See `outlierDetection`. */
export interface OutlierDetectionJson {
  /** The time from one look at all pods to the next. At least `'0s'`, which counts as `'0.001s'`. Default `'10s'`. */
  readonly interval?: DurationString;
  /** The first ejection of a pod lasts this long, the n-th n times as long. Default `'30s'`; `'0s'` or more. */
  readonly baseEjectionTime?: DurationString;
  /** No ejection lasts longer. Default `'300s'`, or `baseEjectionTime` when that is longer; `'0s'` or more. */
  readonly maxEjectionTime?: DurationString;
  /** While so many percent of the pods are ejected, nobody else is. Default 10; 0 (nobody ever) to 100. */
  readonly maxEjectionPercent?: number;
  /** Compares the pods with each other. Default none; `{}` takes all defaults. */
  readonly successRateEjection?: SuccessRateEjectionJson;
  /** Ejects pods of whose calls more than a fixed share failed. Default none; `{}` takes all defaults. */
  readonly failurePercentageEjection?: FailurePercentageEjectionJson;
  /** Ours: `'serverErrors'` (the default), `'anyError'` (all but OK, as in A50), or a list of names of statuses. */
  readonly failureCodes?: 'serverErrors' | 'anyError' | readonly string[];
  /** Ours: with fewer percent than this of the pods left (ready and not ejected), ejections are not heeded. Default 0: with none left. 0 to 100. */
  readonly panicThreshold?: number;
  /** Chooses among those that are left. Default `peak_ewma`; gRPC has none. */
  readonly childPolicy?: readonly LoadBalancingConfigJson[];
}

export interface SuccessRateEjectionJson {
  /** So many thousandths of a standard deviation below the mean make an outlier. Default 1900; 0 to 2³² − 1. */
  readonly stdevFactor?: number;
  /** The chance in percent that an outlier is really ejected. Default 100; 0 to 100. */
  readonly enforcementPercentage?: number;
  /** So many pods must have had `requestVolume` calls, or nobody is judged. Default 5; 0 to 2³² − 1. */
  readonly minimumHosts?: number;
  /** A pod with fewer calls in an `interval` is not judged. Default 100; 0 to 2³² − 1. */
  readonly requestVolume?: number;
}

export interface FailurePercentageEjectionJson {
  /** More failures than this, in percent, make an outlier. Default 85; 0 to 100. */
  readonly threshold?: number;
  /** The chance in percent that an outlier is really ejected. Default 100; 0 to 100. */
  readonly enforcementPercentage?: number;
  /** So many pods must have had `requestVolume` calls, or nobody is judged. Default 5; 0 to 2³² − 1. */
  readonly minimumHosts?: number;
  /** A pod with fewer calls in an `interval` is not judged. Default 50; 0 to 2³² − 1. */
  readonly requestVolume?: number;
}

/** Linkerd's breaker for each pod. `{}` takes all defaults. See `failureAccrual`. */
export interface FailureAccrualJson {
  /** So many failures in a row eject a pod. 0: never. Default 7; 0 to 1 000 000. */
  readonly consecutiveFailures?: number;
  /** A smaller share of successes within `window` ejects a pod. 0: never. Default 0.8; 0 to 1. */
  readonly minSuccessRatio?: number;
  /** So many calls must have ended within `window` before `minSuccessRatio` holds. Default 5; 0 to 1 000 000. */
  readonly requestVolume?: number;
  /** How long an outcome counts. Default `'10s'`; `'0.01s'` to `'3600s'`. */
  readonly window?: DurationString;
  /** How long a pod is first left alone before a call probes it. Default `'1s'`; `'0.001s'` to `maxBackoff`. */
  readonly initialBackoff?: DurationString;
  /** It is never left alone longer, and a probe is not awaited longer. Default `'60s'`; at most `'86400s'`. */
  readonly maxBackoff?: DurationString;
  /** After each probe that failed it is left alone so many times as long. Default 2; 1 to 100. */
  readonly backoffMultiplier?: number;
  /** Up to this share of it is added to each of these times, but not beyond `maxBackoff`. Default 0.5; 0 to 1. */
  readonly jitterRatio?: number;
  /** With fewer percent than this of the pods left (ready and not ejected), ejections are not heeded. Default 50; 0: with none left. 0 to 100. */
  readonly panicThreshold?: number;
  /** Chooses among those that are left. Default `peak_ewma`. */
  readonly childPolicy?: readonly LoadBalancingConfigJson[];
}

/** Calls in proportion to what pods report of their load (gRFC A58, A114); more at the typed `weightedRoundRobin`. */
export interface WeightedRoundRobinJson {
  /** Reports come on a stream of its own instead of in the trailers of calls. Default false. */
  readonly enableOobLoadReport?: boolean;
  /** How often pods are asked to report on that stream. Default `'10s'`; `'0s'` (the server's minimum) or more. */
  readonly oobReportingPeriod?: DurationString;
  /** How long a pod must have reported before its weight is used. Default `'10s'`; `'0s'` or more. */
  readonly blackoutPeriod?: DurationString;
  /** How long a weight is used after the last report. Default `'180s'`; `'0s'` or more. */
  readonly weightExpirationPeriod?: DurationString;
  /** How often the weights are put to use. Default `'1s'`; less than `'0.1s'` counts as that. */
  readonly weightUpdatePeriod?: DurationString;
  /** What a share of errors of 1 adds to a pod's utilization. Default 1; at least 0. */
  readonly errorUtilizationPenalty?: number;
  /**
   * Metrics that are the utilization, the largest of them, instead of what the application says or the CPU:
   * `application_utilization`, `cpu_utilization`, `mem_utilization`, `named_metrics.<key>`, `utilization.<key>`. Others
   * are passed over, with a warning. Default none.
   */
  readonly metricNamesForComputingUtilization?: readonly string[];
}

export interface TierPolicyJson {
  /** A tier takes min(1, ready / all × this) of the calls: 1 to 100. Default 1.4. */
  readonly overprovisioning?: number;
  /** Balances inside a tier. Default `[{ peak_ewma: {} }]`. */
  readonly childPolicy?: readonly LoadBalancingConfigJson[];
}

export interface SlowStartJson {
  /** How long a pod counts as new: `'0.001s'` to `'3600s'`. */
  readonly window: DurationString;
  /** What it gets of its share at least, in percent: 0 to 100. Default 10. */
  readonly minWeightPercent?: number;
  /** Its share grows with (age / window)^(1 / aggression): 0.01 to 100. Default 1, a straight line. */
  readonly aggression?: number;
}

/** Calls of one key to one pod (gRFC A42, A76). The key is what `setHashKey` said, else a header. */
export interface RingHashJson {
  /** Entries of the ring, at least. Default 1 024; 1 to 8 388 608, at most `maxRingSize`; counts as 4 096 at most. */
  readonly minRingSize?: number;
  /** At most. Default 4 096; 1 to 8 388 608; counts as 4 096 at most. */
  readonly maxRingSize?: number;
  /** The header whose value is the key. Default none. Not one that ends with `-bin`. */
  readonly requestHashHeader?: string;
}

/** Balances over a few pods, which each client draws by itself (gRFC A68). */
export interface RandomSubsettingJson {
  /** How many; 1 to 4 294 967 295. */
  readonly subsetSize: number;
  readonly childPolicy: readonly LoadBalancingConfigJson[];
}

/** Balances over this client's part of the pods; together the clients load all of them evenly. */
export interface DeterministicApertureJson {
  /** Which client this is: 0 to `totalInstances` − 1. */
  readonly instanceId: number;
  /** How many clients there are; at least 1. */
  readonly totalInstances: number;
  /** How many pods a client uses at least. Default 12; at least 1. */
  readonly minAperture?: number;
  /** Default `peak_ewma`. */
  readonly childPolicy?: readonly LoadBalancingConfigJson[];
}
