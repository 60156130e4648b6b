import { AimdLimit, type AimdSettings } from './aimd-limit.js';
import type { ConcurrencyLimit } from './concurrency-limit.js';
import { GradientLimit, type GradientSettings } from './gradient-limit.js';

/** An adaptive limit of the calls under way at once, of one method or of a whole target; complete. */
export type ConcurrencyLimitSettings = {
  /** Calls that may wait for one of those under way to end; more are refused. At least 0. Default 0. */
  readonly maxQueue: number;
} & (({ readonly algorithm: 'gradient' } & GradientSettings) | ({ readonly algorithm: 'aimd' } & AimdSettings));

export type LimitAlgorithm = ConcurrencyLimitSettings['algorithm'];

/** What only one of the algorithms has, and its default. */
export const DEFAULTS = { tolerance: 1.25, backoffRatio: 0.9, latencyThresholdMs: 5_000 };

interface NumberRange {
  readonly isValid: (value: number) => boolean;
  /** What that is, in words. */
  readonly expected: string;
}

/** The ranges of what only one of them has, for those who check it. */
export const TOLERANCE: NumberRange = { isValid: (value) => value >= 1 && value <= 5, expected: 'a number, 1 to 5' };
export const BACKOFF_RATIO: NumberRange = {
  isValid: (value) => value >= 0.5 && value < 1,
  expected: 'a number from 0.5 to below 1',
};

/** The algorithm that the settings name, at its beginning. */
export function concurrencyLimitOf(settings: ConcurrencyLimitSettings): ConcurrencyLimit {
  return settings.algorithm === 'gradient' ? new GradientLimit(settings) : new AimdLimit(settings);
}
