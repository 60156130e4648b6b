import { deadlineOf, isParentCancelled } from '../call/parent-call.js';
import type { InterceptorOptions } from '../grpc-types.js';
import type { MethodHedging } from './method-hedging.js';

export const CLOSED = 'the channel was closed';
export const PARENT_CANCELLED = 'the parent call was cancelled';
export const DEADLINE_PASSED = 'the deadline has passed';

/** Whether a hedged call may have one more attempt, and if not, why. */
export class HedgeAllowance {
  readonly #options: InterceptorOptions;
  readonly #method: MethodHedging;
  /** Attempts that count against `maxAttempts`: begun, and neither unsent nor refused for the first time. */
  #made = 0;
  #stopped: string | undefined;
  #forbidden: string | undefined;

  constructor(options: InterceptorOptions, method: MethodHedging) {
    this.#options = options;
    this.#method = method;
  }

  get made(): number {
    return this.#made;
  }

  get stopped(): boolean {
    return this.#stopped !== undefined;
  }

  get exhausted(): boolean {
    return this.stopped || this.#forbidden !== undefined || this.#made >= this.#method.policy.maxAttempts;
  }

  begun(): void {
    this.#made += 1;
  }

  /** It turned out not to have reached anybody. */
  notMade(): void {
    this.#made -= 1;
  }

  /** No more attempts; the first reason stays. */
  stop(reason: string): void {
    this.#stopped ??= reason;
  }

  /** No attempts that cost budget. @param why undefined when they may be made. */
  forbid(why: string | undefined): void {
    this.#forbidden = why;
  }

  /** Why no attempt may be made at all, even one that is paid for. */
  whyStop(): string | undefined {
    if (this.#stopped !== undefined) return this.#stopped;
    if (this.#method.waits.closed) return CLOSED;
    if (isParentCancelled(this.#options)) return PARENT_CANCELLED;
    return deadlineOf(this.#options) <= this.#method.clock.epochNow() ? DEADLINE_PASSED : undefined;
  }

  /**
   * Why one more attempt may not be made. Takes what it costs when it may.
   * @param optional the call has others under way: only those are what the quota of the method limits.
   */
  refusal(optional: boolean): string | undefined {
    const { policy, quota, budget, clock } = this.#method;
    const stop = this.whyStop();
    if (stop !== undefined) return stop;
    if (this.#forbidden !== undefined) return this.#forbidden;
    if (this.#made >= policy.maxAttempts) return `all ${policy.maxAttempts} attempts are used`;
    if (optional && !quota.tryWithdraw(clock.now()))
      return 'as many hedges were sent as the quota of the method allows';
    return budget.tryWithdraw(clock.now()) ? undefined : 'the retry budget is used up';
  }
}
