import { InvalidOptionError } from '../../errors/invalid-option-error.js';
import { count, durationMs, ratio } from '../../options/number-rules.js';
import type { OptionRule, ResolvedOptions } from '../../options/option-rule.js';
import { custom } from '../../options/value-rules.js';
import type { BalancingPolicy } from '../../pick/balancing-policy.js';
import { childPolicy } from '../../pick/define-policy.js';
import { peakEwma } from '../peak-ewma-policy.js';

/** Options of {@link failureAccrual}; the same fields, durations as `"10s"`, in a service config. Defaults are Linkerd's. */
export interface FailureAccrualOptions {
  /** So many failures in a row eject a member; an answer between them begins the count anew. 0: never. Default 7; 0 to 1 000 000. */
  readonly consecutiveFailures?: number;
  /** A smaller share of successes than this within `windowMs` ejects a member. 0: never. Default 0.8; 0 to 1. */
  readonly minSuccessRatio?: number;
  /** So many calls must have ended within `windowMs` before `minSuccessRatio` holds. Default 5; 0 to 1 000 000. */
  readonly requestVolume?: number;
  /** How long an outcome counts for `minSuccessRatio`, in ms, in ten steps. Default 10 000; 10 to 3 600 000. */
  readonly windowMs?: number;
  /** How long a member is first left alone, in ms, before a call probes it. Default 1 000; 1 to `maxBackoffMs`. */
  readonly initialBackoffMs?: number;
  /**
   * It is never left alone longer, in ms. A probe that has not ended after this time does not count any
   * more, and another one is sent. Default 60 000; at most 86 400 000.
   */
  readonly maxBackoffMs?: number;
  /** After each probe that failed it is left alone so many times as long. Default 2; 1 to 100. */
  readonly backoffMultiplier?: number;
  /** Up to this share of it is added to each of these times, but not beyond `maxBackoffMs`. Default 0.5; 0 to 1. */
  readonly jitterRatio?: number;
  /**
   * When fewer percent than this of the members would be left (ready and not ejected; idle ones do not count), ejections are not heeded. Default 50, as in Envoy; 0:
   * only when nobody would be left. 0 to 100.
   */
  readonly panicThreshold?: number;
  /** Chooses among those that are left. Default `peakEwma()`. */
  readonly childPolicy?: () => BalancingPolicy;
}

export const FAILURE_ACCRUAL_RULES = {
  consecutiveFailures: count({ default: 7, max: 1_000_000 }),
  minSuccessRatio: ratio({ default: 0.8 }),
  requestVolume: count({ default: 5, max: 1_000_000 }),
  windowMs: durationMs({ default: 10_000, min: 10, max: 3_600_000 }),
  initialBackoffMs: durationMs({ default: 1_000, min: 1, max: 86_400_000 }),
  maxBackoffMs: durationMs({ default: 60_000, min: 1, max: 86_400_000 }),
  backoffMultiplier: multiplier(),
  jitterRatio: ratio({ default: 0.5 }),
  panicThreshold: count({ default: 50, max: 100 }),
  childPolicy: childPolicy(peakEwma()),
};

export type FailureAccrualSettings = ResolvedOptions<typeof FAILURE_ACCRUAL_RULES>;

/** @throws InvalidOptionError when the first wait is longer than the longest. */
export function checkBackoff({ initialBackoffMs, maxBackoffMs }: FailureAccrualSettings, path: string): void {
  if (initialBackoffMs <= maxBackoffMs) return;
  throw new InvalidOptionError(
    `${path}.initialBackoff`,
    initialBackoffMs,
    `in ms, at most maxBackoff, which is ${maxBackoffMs}`,
  );
}

function multiplier(): OptionRule<number> {
  return custom((value: unknown = 2, name) => {
    if (typeof value === 'number' && value >= 1 && value <= 100) return value;
    throw new InvalidOptionError(name, value, 'a number, 1 to 100');
  });
}
