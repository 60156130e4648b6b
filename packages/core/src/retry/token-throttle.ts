import type { RetryBudget } from './budget.js';

/** The `retryThrottling` of a service config (gRFC A6), checked. */
export interface RetryThrottling {
  /** Tokens of a full bucket. An integer, 1 to 1 000. */
  readonly maxTokens: number;
  /** Tokens that a successful call gives back. Above 0, at most three decimals. */
  readonly tokenRatio: number;
}

/** Ratios have three decimals, so thousandths of a token are whole numbers and nothing is rounded. */
const SCALE = 1_000;

/**
 * The token bucket of gRFC A6: full at first; one token less for each attempt that fails in a way that might be retried,
 * `tokenRatio` more for each call that succeeds; another attempt only while more than half of the tokens are left.
 *
 * Unlike a ratio budget it knows failures, not time: without successes it allows nothing again, however long one waits.
 * One bucket serves all calls of a channel. A6 has one for a server name: docs/adr/0016 says why not here.
 */
export class TokenThrottle implements RetryBudget {
  #max: number;
  #ratio: number;
  #tokens: number;

  constructor({ maxTokens, tokenRatio }: RetryThrottling) {
    this.#max = maxTokens * SCALE;
    this.#ratio = Math.round(tokenRatio * SCALE);
    this.#tokens = this.#max;
  }

  /**
   * Other figures from now on. The bucket stays as full as it is, as in gRPC's C core (`RetryThrottler`), and calls in
   * flight go on counting in it; in Go and Java it is full again, so that a config that is sent anew in an outage would
   * let everybody retry.
   */
  reconfigure({ maxTokens, tokenRatio }: RetryThrottling): void {
    const max = maxTokens * SCALE;
    this.#tokens = Math.floor((this.#tokens * max) / this.#max);
    this.#max = max;
    this.#ratio = Math.round(tokenRatio * SCALE);
  }

  /** 0 to `maxTokens`. */
  get tokens(): number {
    return this.#tokens / SCALE;
  }

  /** A call that begins changes nothing. */
  deposit(): void {
    // Only its end counts.
  }

  attemptFailed(): void {
    this.#tokens = Math.max(0, this.#tokens - SCALE);
  }

  callSucceeded(): void {
    this.#tokens = Math.min(this.#max, this.#tokens + this.#ratio);
  }

  /** Takes nothing: the attempt before has paid by failing. */
  tryWithdraw(): boolean {
    return this.#tokens > this.#max / 2;
  }

  /** Failures that may follow before the last attempt is allowed. */
  balance(): number {
    return Math.max(0, this.tokens - this.#max / 2 / SCALE);
  }
}
