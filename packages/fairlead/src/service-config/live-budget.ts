import {
  resolveRetryBudget,
  TokenBucketBudget,
  TokenThrottle,
  type RetryBudget,
  type RetryBudgetSettings,
  type RetryThrottling,
} from '@fairlead/core';

/** What limits the retries and hedges of a channel: one of the two, or neither for the default. */
export interface BudgetSettings {
  readonly retryThrottling?: RetryThrottling | undefined;
  readonly retryBudget?: RetryBudgetSettings | undefined;
}

const DEFAULT_BUDGET = resolveRetryBudget({}, 'retryBudget');

/**
 * The budget of a channel whose service config may change: its token bucket while it has one, a ratio budget
 * otherwise. Calls in flight go on counting in the one that is in force.
 */
export class LiveBudget implements RetryBudget {
  readonly #ratio = new TokenBucketBudget();
  #throttle: TokenThrottle | undefined;

  constructor(settings: BudgetSettings = {}) {
    this.configure(settings);
  }

  /**
   * A bucket that stays is as full as it was, also when its figures change (see `TokenThrottle`); a new one is full. The
   * ratio budget goes on counting the calls that it has counted.
   */
  configure({ retryThrottling, retryBudget = DEFAULT_BUDGET }: BudgetSettings): void {
    this.#ratio.reconfigure(retryBudget);
    if (retryThrottling === undefined) this.#throttle = undefined;
    else if (this.#throttle === undefined) this.#throttle = new TokenThrottle(retryThrottling);
    else this.#throttle.reconfigure(retryThrottling);
  }

  deposit(now: number): void {
    this.#inForce.deposit(now);
  }

  tryWithdraw(now: number): boolean {
    return this.#inForce.tryWithdraw(now);
  }

  attemptFailed(now: number): void {
    this.#inForce.attemptFailed?.(now);
  }

  callSucceeded(now: number): void {
    this.#inForce.callSucceeded?.(now);
  }

  balance(now: number): number {
    return this.#inForce.balance(now);
  }

  get #inForce(): RetryBudget {
    return this.#throttle ?? this.#ratio;
  }
}
