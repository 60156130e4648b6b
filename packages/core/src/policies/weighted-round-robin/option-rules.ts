import { InvalidOptionError } from '../../errors/invalid-option-error.js';
import type { OptionRule } from '../../options/option-rule.js';
import { METRIC_NAMES, metricReader } from './metric-reader.js';

/** A finite number, at least 0. */
export function notNegative(limits: { readonly default: number }): OptionRule<number> {
  return {
    check(value = limits.default, name) {
      if (typeof value === 'number' && value >= 0 && value < Infinity) return value;
      throw new InvalidOptionError(name, value, 'a number, at least 0');
    },
  };
}

/**
 * Names of metrics. One that no report can have is refused, although gRPC passes it over: the weights would silently come
 * of something else than what was asked for.
 */
export function metricNames(): OptionRule<readonly string[]> {
  return {
    check(value = [], name) {
      if (!Array.isArray(value)) throw new InvalidOptionError(name, value, 'a list of metric names');
      return Object.freeze(value.map((item: unknown, index) => requireMetric(item, `${name}[${index}]`)));
    },
  };
}

function requireMetric(value: unknown, name: string): string {
  if (typeof value === 'string' && metricReader(value) !== undefined) return value;
  throw new InvalidOptionError(name, value, `one of ${METRIC_NAMES}`);
}
