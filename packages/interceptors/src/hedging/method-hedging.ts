import { exponentialBackoff, type Backoff, type HedgingPolicy, type MethodConfig } from '@fairlead/core';
import type { RetryShared } from '../retry/method-retry.js';
import type { HedgingState } from './hedging-states.js';

/** Everything that the calls of one method need for their hedges. */
export interface MethodHedging extends RetryShared, HedgingState {
  readonly policy: HedgingPolicy;
  /** Between attempts that did not leave the process, once every pod was tried. */
  readonly backoff: Backoff;
}

/** The same as for the retries of a method without a policy. */
const BACKOFF = exponentialBackoff({ initialMs: 50, maxMs: 1_000, multiplier: 2, jitterRatio: 0.2 });

/**
 * What of a method's settings is about its hedges, beside the policy: a measured delay holds instead of the policy's own one
 * as soon as enough is measured, and says how many of the calls are hedged, where no ratio does.
 */
export type HedgingSettings = Pick<MethodConfig, 'measuredDelay' | 'hedgingRatio'>;

export function methodHedging(policy: HedgingPolicy, state: HedgingState, shared: RetryShared): MethodHedging {
  return { ...shared, ...state, policy, backoff: BACKOFF };
}
