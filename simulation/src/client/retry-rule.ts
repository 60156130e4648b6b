import { STATUS_CODES, type FailureClass, type Pushback } from '@fairlead/core';

/** When a failed call is attempted again. */
export interface RetryOptions {
  /** The first attempt counts. 1 is no retry. */
  readonly maxAttempts: number;
  readonly retryableCodes: readonly number[];
  readonly initialBackoffMs: number;
  readonly maxBackoffMs: number;
  /** Further attempts per call that the budget allows, and per second in any case (`TokenBucketBudget`). */
  readonly budget: { readonly ratio: number; readonly minPerSecond: number };
}

/** What a client has when its scenario says nothing. */
export const DEFAULT_RETRIES: RetryOptions = {
  maxAttempts: 3,
  retryableCodes: [STATUS_CODES.UNAVAILABLE, STATUS_CODES.RESOURCE_EXHAUSTED],
  initialBackoffMs: 10,
  maxBackoffMs: 1_000,
  budget: { ratio: 0.2, minPerSecond: 10 },
};

/** One attempt, and no more unless the transport refused it. */
export const NO_RETRIES: RetryOptions = { ...DEFAULT_RETRIES, maxAttempts: 1 };

/** What is known when an attempt has failed. */
export interface FailedAttempt {
  readonly code: number;
  readonly failure: FailureClass;
  /** A pod had it. */
  readonly picked: boolean;
  /** Attempts so far that count, this one included. */
  readonly counted: number;
  /** Refused attempts so far, this one included. */
  readonly refused: number;
  readonly pushback: Pushback;
}

/** What follows. */
export type RetryDecision =
  | { readonly retry: false }
  | { readonly retry: true; readonly delay: 'none' | 'backoff' | number; readonly costsBudget: boolean };

export type RetryRule = (failed: FailedAttempt, options: RetryOptions) => RetryDecision;

const STOP: RetryDecision = { retry: false };

/** The rule of Fairlead's retry policy: what surely did no harm is repeated for free, all else costs budget. */
export const retryRule: RetryRule = (failed, options) => {
  const { failure, picked, counted, refused, pushback } = failed;
  if (failure === 'unsent' && picked) return { retry: true, delay: 'none', costsBudget: false };
  if (failure === 'refused' && refused === 1) return { retry: true, delay: 'none', costsBudget: false };
  if (counted >= options.maxAttempts) return STOP;
  if (failure === 'refused') return { retry: true, delay: 'backoff', costsBudget: true };
  if (!options.retryableCodes.includes(failed.code) || pushback.kind === 'stop') return STOP;
  return { retry: true, delay: pushback.kind === 'after' ? pushback.delayMs : 'backoff', costsBudget: picked };
};
