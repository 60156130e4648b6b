import { resolveOptions } from '../options/check.js';
import { InvalidOptionError } from '../errors/invalid-option-error.js';
import { durationMs } from '../options/number-rules.js';
import { custom } from '../options/value-rules.js';
import type { Random } from '../random/random.js';
import { DEFAULTS, MULTIPLIER, WINDOW_MS, type ClientThrottlingSettings } from './client-throttling-settings.js';
import { RollingCount } from './rolling-count.js';

/** When a client rejects its own calls, because their callee would. `{}` takes all defaults. */
export interface ClientThrottlingOptions {
  /**
   * K of the rule: so many calls go out for each one that the callee accepts. Less saves the callee more and notices
   * later that it has recovered. Default 2; 1 to 100.
   */
  readonly multiplier?: number;
  /** How long an outcome counts, in ms. Default 120 000; 1 000 to 3 600 000. */
  readonly windowMs?: number;
}

const RULES = {
  multiplier: custom((value, name) => {
    const used = value ?? DEFAULTS.multiplier;
    if (typeof used === 'number' && MULTIPLIER.isValid(used)) return used;
    throw new InvalidOptionError(name, value, MULTIPLIER.expected);
  }),
  windowMs: durationMs({ default: DEFAULTS.windowMs, ...WINDOW_MS }),
};

/**
 * @param path stands before the option's name in messages.
 * @throws InvalidOptionError
 */
export function resolveClientThrottling(given: unknown, path: string): ClientThrottlingSettings {
  return resolveOptions(given, RULES, path);
}

/** However high the probability is, one call in this time goes out: somebody must notice that the callee is back. */
const PROBE_EVERY_MS = 1_000;
/** After so many accepted calls in a row, K counts double; after as many again, four times; and so on. */
const STREAK = 10;
/** More doublings would change nothing. */
const MAX_DOUBLINGS = 30;

/**
 * Client-side throttling (Beyer et al., "Site Reliability Engineering", chapter 21 "Handling Overload"): a call is rejected
 * here with the probability max(0, (requests − K · accepts) / (requests + 1)) over the last two minutes. Rejecting costs
 * an overloaded callee almost as much as serving, so what it would reject must not reach it.
 *
 * A request is a call whose outcome is known, those that are rejected here included: so the harder the client tries, the
 * more of it is rejected. Calls under way are none yet; a burst of first calls would otherwise be taken for rejected.
 *
 * By the rule alone a busy client needs many windows to notice that its callee is back: after an outage of two minutes at
 * 100 calls a second it lets one call in 12 000 out, and later e² times as many with each window. So one call a second goes out
 * in any case, and K doubles with every ten accepted calls in a row, until one is rejected.
 */
export class ClientThrottle {
  #multiplier: number;
  #windowMs: number;
  readonly #requests: RollingCount;
  readonly #accepts: RollingCount;
  #streak = 0;
  #admittedAt = -Infinity;

  /**
   * @param path stands before the option's name in messages.
   * @throws InvalidOptionError
   */
  constructor(options: ClientThrottlingOptions = {}, path = '') {
    const { multiplier, windowMs } = resolveClientThrottling(options, path);
    this.#multiplier = multiplier;
    this.#windowMs = windowMs;
    this.#requests = new RollingCount(windowMs);
    this.#accepts = new RollingCount(windowMs);
  }

  /**
   * Other figures from now on. What is known of the callee stays, as far as it is within the new window: a config that is
   * changed in an overload must not let everybody out.
   */
  reconfigure({ multiplier, windowMs }: ClientThrottlingSettings): void {
    this.#multiplier = multiplier;
    this.#windowMs = windowMs;
    this.#requests.resize(windowMs);
    this.#accepts.resize(windowMs);
  }

  /** The probability with which a call is rejected now, 0 to below 1. */
  rejectionRatio(now: number): number {
    const requests = this.#requests.at(now);
    const multiplier = this.#multiplier * 2 ** Math.min(MAX_DOUBLINGS, Math.floor(this.#streak / STREAK));
    return Math.max(0, (requests - multiplier * this.#accepts.at(now)) / (requests + 1));
  }

  /** Whether a call may go out. One that may not is counted already. */
  admits(now: number, random: Random): boolean {
    const ratio = this.rejectionRatio(now);
    if (ratio > 0 && now < this.#admittedAt + PROBE_EVERY_MS && random.next() < ratio) {
      this.#requests.add(now);
      return false;
    }
    this.#admittedAt = now;
    return true;
  }

  /** The callee took a call that was let out, or rejected it. Of a call that says neither, nothing is told. */
  ended(accepted: boolean, now: number): void {
    this.#requests.add(now);
    if (accepted) this.#accepts.add(now);
    this.#streak = accepted ? this.#streak + 1 : 0;
  }

  /** For messages. */
  describe(now: number): string {
    const percent = (this.rejectionRatio(now) * 100).toFixed(1);
    const figures = `${this.#accepts.at(now)} of ${this.#requests.at(now)} calls were accepted within ${this.#windowMs} ms`;
    return `${figures}, so ${percent} % are rejected here`;
  }
}
