import { TokenBucketBudget } from '@fairlead/core';

/** How many hedges a method may send. One for each method. */
export interface HedgingQuota {
  /** A call begins. */
  deposit(now: number): void;
  /** Whether one more hedge may be sent; it counts as sent when it may. */
  tryWithdraw(now: number): boolean;
}

/** 5 % more load (Dean and Barroso, "The Tail at Scale": hedging after p95). */
export const DEFAULT_HEDGING_RATIO = 0.05;

const UNLIMITED: HedgingQuota = { deposit: () => undefined, tryWithdraw: () => true };

/**
 * So many hedges for each call of the last 10 s, and one in that time for a method that is seldom called. Without it, a
 * callee that becomes slow is asked twice by everybody at the worst moment: all calls outlast the delay.
 *
 * @param ratio 0 to 1. 1 is no quota: a single call may send all the hedges of its policy.
 */
export function hedgingQuota(ratio: number): HedgingQuota {
  if (ratio >= 1) return UNLIMITED;
  return new TokenBucketBudget({ ratio, minPerSecond: ratio > 0 ? 0.1 : 0, ttlMs: 10_000 });
}
