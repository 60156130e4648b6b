/**
 * Bounds how many attempts may be added to the calls that users really make.
 *
 * Why budgets and not only a maximum of attempts per call: `maxAttempts: 3` is harmless while one call in a hundred
 * fails, and turns an overloaded service's 1 000 calls per second into 3 000 when all of them do, at the moment when it
 * can bear it least; with three layers that each do so, 27 000. A budget allows *extra* attempts as a share of recent
 * calls, so the amplification of a total outage is bounded by the share however many attempts a call may make. Both
 * belong together: the maximum bounds the latency of one call, the budget the load of all.
 *
 * One budget serves all calls of a channel, retries and hedges alike. `now` is `Clock.now()`.
 */
export interface RetryBudget {
  /** A call was made: its first attempt, not its further ones. */
  deposit(now: number): void;
  /** Asks for one more attempt. True means that it was paid for and must be made; false that it must not be. */
  tryWithdraw(now: number): boolean;
  /**
   * An attempt failed in a way that the method's policy repeats, or the server asked not to repeat it. For budgets that
   * count failures (gRFC A6); it comes before `tryWithdraw` for the attempt that would follow.
   */
  attemptFailed?(now: number): void;
  /** A call ended with OK. For budgets that count successes (gRFC A6). */
  callSucceeded?(now: number): void;
  /** How many attempts could be withdrawn now; a fraction is not enough for one. Never negative. For metrics. */
  balance(now: number): number;
}
