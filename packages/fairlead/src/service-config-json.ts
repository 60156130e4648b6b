/**
 * A proto3 JSON duration: decimal seconds, at most nine decimal places, and the suffix `s`, e.g. `'0.25s'`. There must be
 * a digit before the point (`'.5s'` is refused). No field here takes a negative one.
 */
export type DurationString = `${string}s`;

/**
 * A gRPC service config (grpc.service_config.ServiceConfig in its JSON form), as far as this version implements it.
 * Unknown fields are ignored with a `warning` event (gRFC A2); known ones that are not implemented are refused by name.
 */
export interface ServiceConfigJson {
  /** The first policy that is supported is used: `peak_ewma` (the default without any), `round_robin`, `pick_first`, `outlier_detection`, `failure_accrual`. */
  readonly loadBalancingConfig?: readonly LoadBalancingConfigJson[];
  /** Deprecated by gRPC; used when `loadBalancingConfig` is absent. */
  readonly loadBalancingPolicy?: 'round_robin' | 'pick_first';
  /** What holds for which methods. The most exact name wins: method, then service, then `{}`. */
  readonly methodConfig?: readonly MethodConfigJson[];
  /**
   * A token bucket for the retries and hedges of the whole channel (gRFC A6), instead of the `retryBudget` of the
   * options. Default none.
   */
  readonly retryThrottling?: RetryThrottlingJson;
  /** Extensions of ours for the whole channel, which other clients ignore. */
  readonly fairlead?: ChannelExtensionJson;
}

/**
 * What holds for all calls of a channel. The same as the options of these names: what both say is refused; in a resolver's
 * config it is warned of, and the option wins.
 */
export interface ChannelExtensionJson {
  /** An adaptive limit of the calls under way at once, of all methods together. `{}` takes all defaults. Default none. */
  readonly concurrencyLimit?: ConcurrencyLimitJson;
  /** Limits retries and hedges to a share of the calls. `{}` takes all defaults, as does its absence. Not beside `retryThrottling`. */
  readonly retryBudget?: RetryBudgetJson;
  /** Rejects calls here that the callee would reject, whatever their method. `{}` takes all defaults. Default none. */
  readonly clientThrottling?: ClientThrottlingJson;
  /**
   * How much earlier than the call that is being served its own calls end: the time to answer with what they brought. Default
   * `'0s'`; `'0s'` or more.
   */
  readonly deadlineMargin?: DurationString;
}

export interface RetryBudgetJson {
  /** Further attempts per call: 0.2 is one for each five calls. Default 0.2; 0 to 1 000. */
  readonly ratio?: number;
  /** Further attempts per second, whatever the calls. Default 10; 0 to 1 000 000. */
  readonly minPerSecond?: number;
  /** How long a call counts. Default `'10s'`; `'1s'` to `'60s'`. */
  readonly ttl?: DurationString;
}

/** Client-side throttling of Google's SRE book. */
export interface ClientThrottlingJson {
  /** K of the rule: so many calls go out for each one that the callee accepts. Default 2; 1 to 100. */
  readonly multiplier?: number;
  /** How long an outcome counts. Default `'120s'`; `'1s'` to `'3600s'`. */
  readonly window?: DurationString;
}

export interface RetryThrottlingJson {
  /** Tokens of a full bucket: an integer, 1 to 1 000. Attempts that fail take one; more than half must be left. */
  readonly maxTokens: number;
  /** What a successful call gives back: above 0; three decimals count. */
  readonly tokenRatio: number;
}

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
  readonly [other: string]: unknown;
}

/** gRFC A50. With neither of the two algorithms it does nothing. See `outlierDetection`. */
export interface OutlierDetectionJson {
  /** The time from one look at all pods to the next. At least `'0.001s'`. Default `'10s'`. */
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
  /** Ours: with fewer percent than this of the ready pods left, ejections are not heeded. Default 0: with none left. 0 to 100. */
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
  /** Each of these times is multiplied by a random number from 1 − this to 1 + this. Default 0.5; 0 to 1. */
  readonly jitterRatio?: number;
  /** With fewer percent than this of the ready pods left, ejections are not heeded. Default 50; 0: with none left. 0 to 100. */
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
   * `application_utilization`, `cpu_utilization`, `mem_utilization`, `named_metrics.<key>`, `utilization.<key>`. Default
   * none.
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

export interface MethodConfigJson {
  /** `{}` means every method, `{ service }` every method of a service. */
  readonly name: readonly { readonly service?: string; readonly method?: string }[];
  /**
   * Deadline of a call, from its start; the caller's own when that is earlier. Default none; `'0s'` or more. `'0s'` does
   * not mean none: the calls fail at once with DEADLINE_EXCEEDED.
   */
  readonly timeout?: DurationString;
  /** Wait for a ready pod instead of failing while none is. Default false; the caller's own word wins. */
  readonly waitForReady?: boolean;
  /** For attempts that the server may have processed (gRFC A6). Others are retried without it. */
  readonly retryPolicy?: RetryPolicyJson;
  /**
   * Sends a call that is not answered soon to another pod as well (gRFC A6). For methods that may run several times. Not
   * beside `retryPolicy`.
   */
  readonly hedgingPolicy?: HedgingPolicyJson;
  /** Extensions of ours, which other clients ignore. */
  readonly fairlead?: MethodExtensionJson;
}

export interface MethodExtensionJson {
  readonly circuitBreaker?: CircuitBreakerJson;
  readonly bulkhead?: BulkheadJson;
  readonly concurrencyLimit?: ConcurrencyLimitJson;
  /**
   * Rejects calls of the method here that its callee would reject, with UNAVAILABLE; each method has a throttle of its own, also
   * when the config names a service or everything. The channel may have one beside it. `{}` takes all defaults. Default none.
   */
  readonly clientThrottling?: ClientThrottlingJson;
  /**
   * How much earlier than the call that is being served the method's calls end. `'0s'` or more. Default: what holds for the
   * channel.
   */
  readonly deadlineMargin?: DurationString;
  /**
   * The longest time for one attempt, its whole response included: then it is cancelled on the wire, and counts as
   * DEADLINE_EXCEEDED that the server may have processed. It is repeated where `retryableStatusCodes` lists that. Above
   * 0; not longer than `timeout`. Not for streams that are meant to last. Default none. The like of Envoy's
   * `per_try_timeout`.
   */
  readonly perAttemptTimeout?: DurationString;
  /**
   * A percentile of the method's own latencies as hedging delay, `'p50'` to `'p99.9'`: `'p95'` hedges 5 % of the calls,
   * and no more, unless `hedgingRatio` says otherwise. `hedgingPolicy.hedgingDelay` holds until 100 answers are measured, `max` without it. Default none.
   */
  readonly hedgingDelay?: Percentile | MeasuredDelayJson;
  /**
   * Hedges that may be sent for each call of the last 10 s: 0 to 1. Default 0.05, or what is beyond the percentile of a
   * measured `hedgingDelay`; besides, one in 10 s. 0 sends none while another attempt is under way; 1 sends as many as
   * `hedgingPolicy` and the retry budget allow, as gRPC does. An attempt after the failure of all others is none of them.
   * Not without `hedgingPolicy`. gRPC has no such limit.
   */
  readonly hedgingRatio?: number;
}

/**
 * Fails a method's calls at once while too many of them fail. Each method has a breaker of its own, also when the config
 * names a service or everything. `{}` takes all defaults. See `channel.breaker(path)`.
 */
export interface CircuitBreakerJson {
  /** Opens when a larger share than this of the calls in the window failed: 0 to below 1. Default 0.5. */
  readonly failureRatio?: number;
  /** Calls that must have ended in the window before it may open: at least 1. Default 20. */
  readonly requestVolume?: number;
  /** How long an outcome is remembered: 0.01 s to 24 days. Default `'10s'`. */
  readonly window?: DurationString;
  /** How long it stays open before a single call may probe: 1 ms to 24 days. Default `'10s'`. */
  readonly openTime?: DurationString;
  /** A probe without an outcome after this time has failed. Default: `openTime`. */
  readonly probeTimeout?: DurationString;
  /**
   * Statuses that count as failures; all others show that the callee is well. Default UNAVAILABLE, DEADLINE_EXCEEDED,
   * INTERNAL, UNKNOWN, DATA_LOSS, RESOURCE_EXHAUSTED. A call that never left the process does not count at all.
   */
  readonly failureStatusCodes?: readonly (string | number)[];
}

/** Limits how many calls are under way at once; a stream is, until its end. */
export interface BulkheadJson {
  /** At least 1. */
  readonly maxConcurrent: number;
  /** How many more may wait, each at most until its deadline; others end with RESOURCE_EXHAUSTED. Default 0. */
  readonly maxQueue?: number;
  /** Methods of the same group share one bulkhead and must agree on its limits. Default: one for each method. */
  readonly group?: string;
  /** Who of those that wait goes first: the higher number, then the earlier call. Only with `group`. Default 0. */
  readonly priority?: number;
}

/**
 * A bulkhead whose size is learnt: a method's calls under way at once, streams until their end. Each method has its own; not
 * beside `bulkhead`. `{}` takes all defaults.
 */
export interface ConcurrencyLimitJson {
  /**
   * `gradient` follows the latency and stays below what makes the callee slow; `aimd` follows its refusals (UNAVAILABLE,
   * RESOURCE_EXHAUSTED, DEADLINE_EXCEEDED). Default `gradient`.
   */
  readonly algorithm?: 'gradient' | 'aimd';
  /** Before anything is known: from `minLimit` to `maxLimit`. Default 20, or the nearer of the two. */
  readonly initialLimit?: number;
  /** The limit never falls below: at least 1. Default 5. */
  readonly minLimit?: number;
  /** The limit never grows above: at least `minLimit`. Default 200. */
  readonly maxLimit?: number;
  /** How many more may wait, each at most until its deadline; others end with RESOURCE_EXHAUSTED. Default 0. */
  readonly maxQueue?: number;
  /** Only `gradient`: so many times the usual latency is not taken for a queue yet. 1 to 5. Default 1.25. */
  readonly tolerance?: number;
  /** Only `aimd`: what a drop leaves of the limit. At least 0.5, below 1. Default 0.9. */
  readonly backoffRatio?: number;
  /** Only `aimd`: a call that took longer counts as dropped. Above `'0s'`. Default `'5s'`. */
  readonly latencyThreshold?: DurationString;
}

/** `'p95'`: the time within which 95 % of the calls are answered. */
export type Percentile = `p${number}`;

export interface MeasuredDelayJson {
  readonly quantile: Percentile;
  /** The delay is never shorter. Above 0. Default `'0.001s'`. */
  readonly min?: DurationString;
  /** The delay is never longer. Not below `min`. Default `'10s'`. */
  readonly max?: DurationString;
}

export interface HedgingPolicyJson {
  /**
   * Attempts in all, the first one included: at least 2; more than 5 count as 5. How many of the calls have more than one
   * at a time is held back by `fairlead.hedgingRatio`, to 5 % by default.
   */
  readonly maxAttempts: number;
  /** The time from one attempt to the next. Default `'0s'`: all at once. */
  readonly hedgingDelay?: DurationString;
  /** Statuses that do not end the call while another attempt may be answered. Names in any case, or numbers. Default none. */
  readonly nonFatalStatusCodes?: readonly (string | number)[];
}

export interface RetryPolicyJson {
  /** Attempts in all, the first one included: at least 2; more than 5 count as 5. */
  readonly maxAttempts: number;
  /**
   * The wait before the second attempt, with a jitter of ± 20 % like all of them. No default; above `'0s'`. A server's
   * pushback replaces it.
   */
  readonly initialBackoff: DurationString;
  /** No wait is longer before its jitter. No default; above `'0s'`. Less than `initialBackoff` shortens that one, too. */
  readonly maxBackoff: DurationString;
  /** Each wait is this many times the one before. No default; above 0. 1 is a constant wait, less a shrinking one. */
  readonly backoffMultiplier: number;
  /** Names in any case, or numbers. */
  readonly retryableStatusCodes: readonly (string | number)[];
}
