import { count, durationMs } from '../../options/number-rules.js';
import type { ResolvedOptions } from '../../options/option-rule.js';
import { optional } from '../../options/value-rules.js';
import type { BalancingPolicy } from '../../pick/balancing-policy.js';
import { childPolicy, optionalGroup } from '../../pick/define-policy.js';
import { failureCodes, type FailureCodes } from '../ejection/failure-codes.js';
import { peakEwma } from '../peak-ewma-policy.js';

/** Ejects members whose share of successes is far below that of the others. `{}` takes all defaults. */
export interface SuccessRateOptions {
  /** So many thousandths of a standard deviation below the mean make an outlier. Default 1 900; 0 to 2³² − 1. */
  readonly stdevFactor?: number;
  /** The chance in percent that an outlier is really ejected; 0 only counts them. Default 100; 0 to 100. */
  readonly enforcementPercentage?: number;
  /** So many members must have had `requestVolume` calls, or nobody is compared. Default 5; 0 to 2³² − 1. */
  readonly minimumHosts?: number;
  /** A member with fewer calls in the last `intervalMs` is not judged. Default 100; 0 to 2³² − 1. */
  readonly requestVolume?: number;
}

/** Ejects members of whose calls a large share failed, whatever the others do. `{}` takes all defaults. */
export interface FailurePercentageOptions {
  /** More failures than this, in percent, make an outlier: 100 is nobody. Default 85; 0 to 100. */
  readonly threshold?: number;
  /** The chance in percent that an outlier is really ejected; 0 only counts them. Default 100; 0 to 100. */
  readonly enforcementPercentage?: number;
  /** So many members must have had `requestVolume` calls, or nobody is judged. Default 5; 0 to 2³² − 1. */
  readonly minimumHosts?: number;
  /** A member with fewer calls in the last `intervalMs` is not judged. Default 50; 0 to 2³² − 1. */
  readonly requestVolume?: number;
}

/** Options of {@link outlierDetection}; the same fields, durations as `"10s"`, in a service config (gRFC A50). */
export interface OutlierDetectionOptions {
  /** The time from one look at all members to the next, in ms. Default 10 000; at least 0, which counts as 1. */
  readonly intervalMs?: number;
  /** The first ejection of a member lasts this long, the n-th n times as long, in ms. Default 30 000; at least 0. */
  readonly baseEjectionTimeMs?: number;
  /** No ejection lasts longer, in ms; less than `baseEjectionTimeMs` counts as that. Default 300 000, or `baseEjectionTimeMs` when that is longer. */
  readonly maxEjectionTimeMs?: number;
  /**
   * While so many percent of all members are ejected, nobody else is. It is compared before each ejection, so that one
   * member can always go, except with 0: then nobody is ejected. Default 10; 0 to 100.
   */
  readonly maxEjectionPercent?: number;
  /** Ejection by success rate. Default none. */
  readonly successRateEjection?: SuccessRateOptions;
  /** Ejection by failure percentage. Default none. */
  readonly failurePercentageEjection?: FailurePercentageOptions;
  /** Which statuses count as failures. Default `serverErrors`; gRFC A50 is `anyError`. */
  readonly failureCodes?: FailureCodes;
  /**
   * When fewer percent than this of the members would be left (ready and not ejected; idle ones do not count), ejections are not heeded. Default 0: when nobody would
   * be left. 0 to 100; gRFC A50 has no such limit and lets calls fail then.
   */
  readonly panicThreshold?: number;
  /** Chooses among those that are left. Default `peakEwma()`; required in gRPC. Over `pickFirst()`, however deep, nobody is ejected (gRFC A61). */
  readonly childPolicy?: () => BalancingPolicy;
}

/** The integers of A50 are `google.protobuf.UInt32Value`. */
const UINT32_MAX = 2 ** 32 - 1;

const uint32 = (fallback: number) => count({ default: fallback, max: UINT32_MAX });
const percent = (fallback: number) => count({ default: fallback, max: 100 });

const SUCCESS_RATE_RULES = {
  stdevFactor: uint32(1_900),
  enforcementPercentage: percent(100),
  minimumHosts: uint32(5),
  requestVolume: uint32(100),
};

const FAILURE_PERCENTAGE_RULES = {
  threshold: percent(85),
  enforcementPercentage: percent(100),
  minimumHosts: uint32(5),
  requestVolume: uint32(50),
};

export const OUTLIER_DETECTION_RULES = {
  intervalMs: durationMs({ default: 10_000 }),
  baseEjectionTimeMs: durationMs({ default: 30_000 }),
  maxEjectionTimeMs: optional(durationMs()),
  maxEjectionPercent: percent(10),
  successRateEjection: optionalGroup(SUCCESS_RATE_RULES),
  failurePercentageEjection: optionalGroup(FAILURE_PERCENTAGE_RULES),
  failureCodes,
  panicThreshold: percent(0),
  childPolicy: childPolicy(peakEwma()),
};

export type OutlierDetectionSettings = ResolvedOptions<typeof OUTLIER_DETECTION_RULES>;
export type SuccessRateSettings = ResolvedOptions<typeof SUCCESS_RATE_RULES>;
export type FailurePercentageSettings = ResolvedOptions<typeof FAILURE_PERCENTAGE_RULES>;
