import { exponentialBackoff, type Backoff, type Clock, type Random } from '@fairlead/core';
import { KubernetesApiError } from '../errors/kubernetes-api-error.js';

/**
 * client-go's reflector waits 800 ms × 2ⁿ, at most 30 s, and up to as much again at random. Written around the middle:
 * 1.2 s ± a third is 0.8 to 1.6 s.
 */
const FIRST = exponentialBackoff({ initialMs: 1_200, maxMs: 45_000, multiplier: 2, jitterRatio: 1 / 3 });
const LAST = exponentialBackoff({ initialMs: 45_000, maxMs: 45_000, multiplier: 1, jitterRatio: 1 / 3 });

/** The API server is taken for healthy when nothing had to wait for this time. */
const RESET_MS = 120_000;

/** The waits of one reflector, whatever it waits for. */
export class ApiBackoff {
  readonly #clock: Clock;
  readonly #random: Random;
  #next: Backoff = FIRST;
  #lastAt = -Infinity;

  constructor(clock: Clock, random: Random) {
    this.#clock = clock;
    this.#random = random;
  }

  /**
   * How long to wait now, and whether nobody may shorten it.
   *
   * @param error after a 403 the wait is long at once: somebody has to change a Role first. `Retry-After` is kept to.
   */
  pause(error: unknown): { readonly delayMs: number; readonly firm: boolean } {
    const now = this.#clock.now();
    if (now - this.#lastAt > RESET_MS) this.#next = FIRST;
    this.#lastAt = now;
    const { status, retryAfterMs = 0 } = error instanceof KubernetesApiError ? error : {};
    if (status === 403) return { delayMs: LAST.delayMs(this.#random), firm: true };
    const ownMs = this.#next.delayMs(this.#random);
    this.#next = this.#next.next();
    return { delayMs: Math.max(ownMs, retryAfterMs), firm: status === 429 || retryAfterMs > 0 };
  }
}
