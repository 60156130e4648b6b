import {
  exponentialBackoff,
  type Backoff,
  type Clock,
  type LoopStalls,
  type Random,
  type RetryBudget,
  type RetryPolicy,
} from '@fairlead/core';
import type { ReplaySpace } from './replay-space.js';
import type { RetryWaits } from './retry-waits.js';

/** What all calls of one channel share for their retries. */
export interface RetryShared {
  readonly clock: Clock;
  /** Stalls of our own event loop. */
  readonly stalls: LoopStalls;
  readonly random: Random;
  readonly budget: RetryBudget;
  readonly space: ReplaySpace;
  /** Bytes of messages that one call may keep for another attempt. */
  readonly perCallBufferBytes: number;
  readonly waits: RetryWaits;
}

/** Everything that the calls of one method need for their retries. */
export interface MethodRetry extends RetryShared {
  readonly policy: RetryPolicy | undefined;
  /** First step of the backoff between attempts. */
  readonly backoff: Backoff;
}

/** For unsent and refused attempts of a method without a policy, once every pod was tried. */
const DEFAULT_BACKOFF = exponentialBackoff({ initialMs: 50, maxMs: 1_000, multiplier: 2, jitterRatio: 0.2 });

export function methodRetry(policy: RetryPolicy | undefined, shared: RetryShared): MethodRetry {
  return { ...shared, policy, backoff: policy ? backoffOf(policy) : DEFAULT_BACKOFF };
}

/** gRFC A6 as amended in 2024: min(initial·multiplier^(n−1), max) × U(0.8, 1.2). */
function backoffOf({ initialBackoffMs, maxBackoffMs, backoffMultiplier }: RetryPolicy): Backoff {
  return exponentialBackoff({
    initialMs: initialBackoffMs,
    maxMs: maxBackoffMs,
    multiplier: backoffMultiplier,
    jitterRatio: 0.2,
  });
}
