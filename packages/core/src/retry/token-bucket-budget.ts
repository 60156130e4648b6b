import { InvalidOptionError } from '../errors/invalid-option-error.js';
import { resolveOptions } from '../options/check.js';
import { durationMs } from '../options/number-rules.js';
import { custom } from '../options/value-rules.js';
import { RollingCount } from '../throttling/rolling-count.js';
import type { RetryBudget } from './budget.js';
import { DEFAULTS, MAX, TTL_MS, type RetryBudgetSettings } from './retry-budget-settings.js';

/** How much a {@link TokenBucketBudget} allows. */
export interface TokenBucketBudgetOptions {
  /**
   * Further attempts per call: 0.2 is one for each five calls. 0 leaves the reserve alone. Default 0.2; 0 to 1 000.
   */
  readonly ratio?: number;
  /**
   * Further attempts per second that are allowed even without calls, so that a quiet client can retry at all.
   * Default 10; 0 to 1 000 000.
   */
  readonly minPerSecond?: number;
  /**
   * How long a call counts, in ms. Shorter follows a change of traffic sooner, longer bears longer bursts of failures.
   * Default 10 000; 1 000 to 60 000.
   */
  readonly ttlMs?: number;
}

const RULES = {
  ratio: custom((value, name) => numberUpTo(MAX.ratio, value ?? DEFAULTS.ratio, name)),
  minPerSecond: custom((value, name) => numberUpTo(MAX.minPerSecond, value ?? DEFAULTS.minPerSecond, name)),
  ttlMs: durationMs({ default: DEFAULTS.ttlMs, ...TTL_MS }),
};

/**
 * @param path stands before the option's name in messages.
 * @throws InvalidOptionError
 */
export function resolveRetryBudget(given: unknown, path: string): RetryBudgetSettings {
  return resolveOptions(given, RULES, path);
}

/** The window moves in tenths of the time to live (Tower `TpsBudget`): a call counts for 90 to 100 % of it. */
const SLOTS = 10;

/** A hundred deposits at a ratio of 0.29 must buy 29 attempts although 100 · 0.29 is 28.999999999999996 in binary. */
const ROUNDING = 1e-9;

/**
 * A leaky bucket: what was deposited and withdrawn in the last `ttlMs` counts, and nothing older (Finagle
 * `RetryBudget`, Tower `TpsBudget`, with their defaults).
 *
 * Whenever an attempt is paid for, the attempts of the last `ttlMs`, itself included, are at most `ratio` × the calls of
 * the last `ttlMs` + `minPerSecond` × that time. A withdrawal leaks no sooner than the calls that paid for it, so over any
 * longer time the bound holds as well.
 *
 * Calls and withdrawals are counted as integers and weighed when asked, so no rounding error adds up.
 */
export class TokenBucketBudget implements RetryBudget {
  readonly #deposits: RollingCount;
  readonly #withdrawals: RollingCount;
  #ratio: number;
  #reserve: number;

  /**
   * @param path stands before the option's name in messages.
   * @throws InvalidOptionError
   */
  constructor(options: TokenBucketBudgetOptions = {}, path = '') {
    const settings = resolveRetryBudget(options, path);
    this.#ratio = settings.ratio;
    this.#reserve = reserveOf(settings);
    this.#deposits = new RollingCount(settings.ttlMs, SLOTS);
    this.#withdrawals = new RollingCount(settings.ttlMs, SLOTS);
  }

  /**
   * Other figures from now on. The calls and the attempts of the last `ttlMs` go on counting: a config that is sent anew in an
   * outage pays for nothing twice.
   */
  reconfigure(settings: RetryBudgetSettings): void {
    this.#ratio = settings.ratio;
    this.#reserve = reserveOf(settings);
    this.#deposits.resize(settings.ttlMs);
    this.#withdrawals.resize(settings.ttlMs);
  }

  deposit(now: number): void {
    this.#deposits.add(now);
  }

  tryWithdraw(now: number): boolean {
    if (this.#tokens(now) < 1 - ROUNDING) return false;
    this.#withdrawals.add(now);
    return true;
  }

  balance(now: number): number {
    return Math.max(0, this.#tokens(now));
  }

  #tokens(now: number): number {
    return this.#reserve + this.#ratio * this.#deposits.at(now) - this.#withdrawals.at(now);
  }
}

function reserveOf({ minPerSecond, ttlMs }: RetryBudgetSettings): number {
  return (minPerSecond * ttlMs) / 1_000;
}

function numberUpTo(max: number, value: unknown, name: string): number {
  if (typeof value === 'number' && value >= 0 && value <= max) return value;
  throw new InvalidOptionError(name, value, `a number, 0 to ${max}`);
}
