import type { Random } from '../random/random.js';

/**
 * One step of a growing wait. Immutable: `next()` answers the following step, and starting again is keeping the first.
 */
export interface Backoff {
  /** The wait of this step before jitter, in ms. */
  readonly baseMs: number;
  /** The wait of this step with jitter, in ms. One draw. */
  delayMs(random: Random): number;
  /** The step after this one. */
  next(): Backoff;
}

/** The shape of an exponential backoff. */
export interface ExponentialBackoffOptions {
  /** The first wait, in ms. > 0. */
  readonly initialMs: number;
  /** No wait is longer before jitter, in ms. > 0. */
  readonly maxMs: number;
  /** Each wait is this many times the one before. > 0; 1 is a constant wait. */
  readonly multiplier: number;
  /** Each wait is multiplied by a uniform number in [1 − jitter, 1 + jitter). Default 0.2; 0–1. */
  readonly jitterRatio?: number;
}

/**
 * `min(initial · multiplier^(n−1), max) · U(1 − jitter, 1 + jitter)` for the n-th wait: gRFC A6 as of 2024 (its first
 * text, still quoted by many comments, drew from (0, 1) instead) and gRPC's connection-backoff document.
 *
 * The jitter comes after the cap, so that a crowd of clients that all reached the cap still spreads. The caller checks
 * the options.
 */
export function exponentialBackoff(options: ExponentialBackoffOptions): Backoff {
  return new ExponentialBackoff({ jitterRatio: 0.2, ...options }, Math.min(options.initialMs, options.maxMs));
}

/** The wait between connection attempts: 1 s, ×1.6, at most 120 s, ±20 % (grpc/grpc doc/connection-backoff.md). */
export function connectionBackoff(): Backoff {
  return exponentialBackoff({ initialMs: 1_000, maxMs: 120_000, multiplier: 1.6 });
}

class ExponentialBackoff implements Backoff {
  readonly baseMs: number;
  readonly #options: Required<ExponentialBackoffOptions>;

  constructor(options: Required<ExponentialBackoffOptions>, baseMs: number) {
    this.#options = options;
    this.baseMs = baseMs;
  }

  delayMs(random: Random): number {
    const { jitterRatio } = this.#options;
    return this.baseMs * (1 - jitterRatio + 2 * jitterRatio * random.next());
  }

  next(): Backoff {
    const { maxMs, multiplier } = this.#options;
    return new ExponentialBackoff(this.#options, Math.min(this.baseMs * multiplier, maxMs));
  }
}
