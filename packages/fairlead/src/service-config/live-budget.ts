import { TokenThrottle, type RetryBudget, type RetryThrottling } from '@fairlead/core';

/**
 * The budget of a channel whose service config may change: its token bucket while the config has one, the ratio budget of
 * the options otherwise. Calls in flight go on counting in the one that is in force.
 */
export class LiveBudget implements RetryBudget {
  readonly #ratio: RetryBudget;
  #throttle: TokenThrottle | undefined;

  constructor(ratio: RetryBudget) {
    this.#ratio = ratio;
  }

  /** A bucket that stays is as full as it was, also when its figures change (see `TokenThrottle`); a new one is full. */
  configure(retryThrottling: RetryThrottling | undefined): void {
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
