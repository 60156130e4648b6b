import { exponentialBackoff, type Backoff, type HedgingPolicy, type MeasuredDelay } from '@fairlead/core';
import type { RetryShared } from '../retry/method-retry.js';
import { fixedDelay, QuantileDelay, type HedgingDelay } from './hedging-delay.js';

/** Everything that the calls of one method need for their hedges. */
export interface MethodHedging extends RetryShared {
  readonly policy: HedgingPolicy;
  readonly delay: HedgingDelay;
  /** Between attempts that did not leave the process, once every pod was tried. */
  readonly backoff: Backoff;
}

/** The same as for the retries of a method without a policy. */
const BACKOFF = exponentialBackoff({ initialMs: 50, maxMs: 1_000, multiplier: 2, jitterRatio: 0.2 });

/** @param measured instead of the policy's own delay, which then holds until enough is measured. */
export function methodHedging(
  policy: HedgingPolicy,
  measured: MeasuredDelay | undefined,
  shared: RetryShared,
): MethodHedging {
  const { hedgingDelayMs } = policy;
  const delay = measured ? new QuantileDelay(measured, hedgingDelayMs) : fixedDelay(hedgingDelayMs ?? 0);
  return { ...shared, policy, delay, backoff: BACKOFF };
}
