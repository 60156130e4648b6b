import { InvalidOptionError } from '../errors/invalid-option-error.js';
import { resolveOptions } from '../options/check.js';
import { durationMs } from '../options/number-rules.js';
import { custom } from '../options/value-rules.js';
import type { RetryBudget } from './budget.js';

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
  ratio: custom((value, name) => numberUpTo(1_000, value ?? 0.2, name)),
  minPerSecond: custom((value, name) => numberUpTo(1_000_000, value ?? 10, name)),
  ttlMs: durationMs({ default: 10_000, min: 1_000, max: 60_000 }),
};

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
  readonly #ratio: number;
  readonly #reserve: number;
  readonly #slotMs: number;
  readonly #deposits = new Array<number>(SLOTS).fill(0);
  readonly #withdrawals = new Array<number>(SLOTS).fill(0);
  #depositSum = 0;
  #withdrawalSum = 0;
  #newestSlot = -Infinity;

  /**
   * @param path stands before the option's name in messages.
   * @throws InvalidOptionError
   */
  constructor(options: TokenBucketBudgetOptions = {}, path = '') {
    const { ratio, minPerSecond, ttlMs } = resolveOptions(options, RULES, path);
    this.#ratio = ratio;
    this.#reserve = (minPerSecond * ttlMs) / 1_000;
    this.#slotMs = ttlMs / SLOTS;
  }

  deposit(now: number): void {
    this.#deposits[this.#slotAt(now)]!++;
    this.#depositSum++;
  }

  tryWithdraw(now: number): boolean {
    const slot = this.#slotAt(now);
    if (this.#tokens() < 1 - ROUNDING) return false;
    this.#withdrawals[slot]!++;
    this.#withdrawalSum++;
    return true;
  }

  balance(now: number): number {
    this.#slotAt(now);
    return Math.max(0, this.#tokens());
  }

  #tokens(): number {
    return this.#reserve + this.#ratio * this.#depositSum - this.#withdrawalSum;
  }

  /** Index of the current slot, after dropping what is too old. A time that goes back counts in the newest slot. */
  #slotAt(now: number): number {
    const slot = Math.max(this.#newestSlot, Math.floor(now / this.#slotMs));
    const oldestToDrop = Math.max(this.#newestSlot + 1, slot - SLOTS + 1);
    for (let passed = oldestToDrop; passed <= slot; passed++) this.#clear(indexOf(passed));
    this.#newestSlot = slot;
    return indexOf(slot);
  }

  #clear(index: number): void {
    this.#depositSum -= this.#deposits[index]!;
    this.#withdrawalSum -= this.#withdrawals[index]!;
    this.#deposits[index] = 0;
    this.#withdrawals[index] = 0;
  }
}

/** Clocks may start anywhere, below zero included. */
function indexOf(slot: number): number {
  return ((slot % SLOTS) + SLOTS) % SLOTS;
}

function numberUpTo(max: number, value: unknown, name: string): number {
  if (typeof value === 'number' && value >= 0 && value <= max) return value;
  throw new InvalidOptionError(name, value, `a number, 0 to ${max}`);
}
