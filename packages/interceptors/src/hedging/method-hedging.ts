import { exponentialBackoff, type Backoff, type HedgingPolicy, type MethodConfig } from '@fairlead/core';
import type { RetryShared } from '../retry/method-retry.js';
import { fixedDelay, QuantileDelay, type HedgingDelay } from './hedging-delay.js';
import { DEFAULT_HEDGING_RATIO, hedgingQuota, type HedgingQuota } from './hedging-quota.js';

/** Everything that the calls of one method need for their hedges. */
export interface MethodHedging extends RetryShared {
  readonly policy: HedgingPolicy;
  readonly delay: HedgingDelay;
  readonly quota: HedgingQuota;
  /** Between attempts that did not leave the process, once every pod was tried. */
  readonly backoff: Backoff;
}

/** The same as for the retries of a method without a policy. */
const BACKOFF = exponentialBackoff({ initialMs: 50, maxMs: 1_000, multiplier: 2, jitterRatio: 0.2 });

/** What of a method's settings is about its hedges, beside the policy. */
export type HedgingSettings = Pick<MethodConfig, 'measuredDelay' | 'hedgingRatio'>;

/**
 * @param settings a measured delay holds instead of the policy's own one as soon as enough is measured, and says how many
 * of the calls are hedged, where no ratio does.
 */
export function methodHedging(
  policy: HedgingPolicy,
  { measuredDelay, hedgingRatio }: HedgingSettings,
  shared: RetryShared,
): MethodHedging {
  const { hedgingDelayMs } = policy;
  const delay = measuredDelay ? new QuantileDelay(measuredDelay, hedgingDelayMs) : fixedDelay(hedgingDelayMs ?? 0);
  const ratio = hedgingRatio ?? (measuredDelay ? 1 - measuredDelay.quantile : DEFAULT_HEDGING_RATIO);
  return { ...shared, policy, delay, quota: hedgingQuota(ratio), backoff: BACKOFF };
}
