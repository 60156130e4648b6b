import { InvalidOptionError } from '../errors/invalid-option-error.js';
import { resolveOptions } from '../options/check.js';
import { count } from '../options/number-rules.js';
import type { OptionRule } from '../options/option-rule.js';
import { custom, oneOf, optional } from '../options/value-rules.js';
import {
  BACKOFF_RATIO,
  DEFAULTS,
  TOLERANCE,
  type ConcurrencyLimitSettings,
  type LimitAlgorithm,
} from './concurrency-limit-settings.js';
import { contradictingBounds, limitBounds, type LimitBounds } from './limit-bounds.js';

/** An adaptive limit of all calls of a channel. `{}` takes all defaults. */
export interface ConcurrencyLimitOptions extends Partial<LimitBounds> {
  /**
   * `gradient` follows the latency and stays below what makes the callee slow; `aimd` follows its refusals. Default
   * `gradient`.
   */
  readonly algorithm?: LimitAlgorithm;
  /** Calls that may wait for one of those under way to end; more are refused. At least 0. Default 0. */
  readonly maxQueue?: number;
  /** Only `gradient`: so many times the usual latency is not taken for a queue yet. 1 to 5. Default 1.25. */
  readonly tolerance?: number;
  /** Only `aimd`: what a drop leaves of the limit. At least 0.5, below 1. Default 0.9. */
  readonly backoffRatio?: number;
  /** Only `aimd`: a call that took longer counts as dropped, in ms. Above 0. Default 5 000. */
  readonly latencyThresholdMs?: number;
}

const RULES = {
  algorithm: oneOf(['gradient', 'aimd'], { default: 'gradient' }),
  initialLimit: optional(count({ min: 1 })),
  minLimit: optional(count({ min: 1 })),
  maxLimit: optional(count({ min: 1 })),
  maxQueue: count({ default: 0 }),
  tolerance: optional(numberIn(TOLERANCE)),
  backoffRatio: optional(numberIn(BACKOFF_RATIO)),
  latencyThresholdMs: optional(
    numberIn({ isValid: (value) => value > 0 && value < Infinity, expected: 'a duration above 0 ms' }),
  ),
};

/**
 * @param path stands before the option's name in messages.
 * @throws InvalidOptionError
 */
export function resolveConcurrencyLimit(given: unknown, path: string): ConcurrencyLimitSettings {
  const { algorithm, maxQueue, tolerance, backoffRatio, latencyThresholdMs, ...bounds } = resolveOptions(
    given,
    RULES,
    path,
  );
  checkBounds(bounds, path);
  const common = { maxQueue, ...limitBounds(bounds) };
  if (algorithm === 'gradient') {
    refuseForeign({ backoffRatio, latencyThresholdMs }, 'aimd', path);
    return Object.freeze({ algorithm, ...common, tolerance: tolerance ?? DEFAULTS.tolerance });
  }
  refuseForeign({ tolerance }, 'gradient', path);
  return Object.freeze({
    algorithm,
    ...common,
    backoffRatio: backoffRatio ?? DEFAULTS.backoffRatio,
    latencyThresholdMs: latencyThresholdMs ?? DEFAULTS.latencyThresholdMs,
  });
}

function checkBounds(bounds: Parameters<typeof contradictingBounds>[0], path: string): void {
  const contradiction = contradictingBounds(bounds);
  if (contradiction === undefined) return;
  const [lower, upper] = contradiction;
  throw new InvalidOptionError(
    `${path}.${lower}`,
    bounds[lower],
    `at most ${path}.${upper}, which is ${bounds[upper]}`,
  );
}

/** An option of the other algorithm would do nothing. */
function refuseForeign(options: Readonly<Record<string, unknown>>, owner: LimitAlgorithm, path: string): void {
  for (const [name, value] of Object.entries(options)) {
    if (value === undefined) continue;
    throw new InvalidOptionError(`${path}.${name}`, value, `only beside ${path}.algorithm "${owner}"`);
  }
}

function numberIn(range: { isValid(value: number): boolean; readonly expected: string }): OptionRule<number> {
  return custom((value, name) => {
    if (typeof value === 'number' && range.isValid(value)) return value;
    throw new InvalidOptionError(name, value, range.expected);
  });
}
