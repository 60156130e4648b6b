import type { BalancingPolicy, RetryBudget } from '@fairlead/core';
import type { NetworkOptions } from '../models/network.js';
import type { RetryOptions, RetryRule } from './retry-rule.js';

/** One client process. */
export interface ClientOptions {
  /** Unique in its world; names its streams of random numbers. */
  readonly name: string;
  readonly zone?: string | undefined;
  readonly createPolicy: () => BalancingPolicy;
  readonly deadlineMs: number;
  readonly retries: RetryOptions;
  readonly network?: NetworkOptions;
  /** Of how many different keys a call has one, all equally likely. Default: calls have none. */
  readonly hashKeys?: number;
  readonly drainGraceMs?: number;
  readonly connectTimeoutMs?: number;
  /** Default: those of Fairlead. Others are for tests of the invariants. */
  readonly retryRule?: RetryRule;
  readonly budget?: RetryBudget;
}

export const DEFAULT_DRAIN_GRACE_MS = 10_000;
export const DEFAULT_CONNECT_TIMEOUT_MS = 5_000;
