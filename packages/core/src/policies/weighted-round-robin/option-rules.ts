import { InvalidOptionError } from '../../errors/invalid-option-error.js';
import type { OptionRule } from '../../options/option-rule.js';
import type { LenientRule } from '../../pick/define-policy.js';
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
 * Names of metrics. One that no report can have is refused in code: the weights would come of something else than what was
 * asked for. A service config is also read by clients that know more metrics, and gRPC passes it over (A114): so it is
 * warned of there.
 */
export function metricNames(): LenientRule<readonly string[]> {
  return {
    check: (value = [], name) => {
      const names = requireList(value, name);
      return Object.freeze(names.map((item, index) => requireMetric(item, `${name}[${index}]`)));
    },
    checkConfig: (value, path, warn) => {
      const known = requireList(value, path).flatMap((item, index) => {
        const name = `${path}[${index}]`;
        if (typeof item !== 'string' || metricReader(item) !== undefined) return [requireMetric(item, name)];
        warn(`${name}: unknown metric ${JSON.stringify(item)}, ignored (known: ${METRIC_NAMES})`);
        return [];
      });
      return Object.freeze(known);
    },
  };
}

function requireList(value: unknown, name: string): readonly unknown[] {
  if (Array.isArray(value)) return value;
  throw new InvalidOptionError(name, value, 'a list of metric names');
}

function requireMetric(value: unknown, name: string): string {
  if (typeof value === 'string' && metricReader(value) !== undefined) return value;
  throw new InvalidOptionError(name, value, `one of ${METRIC_NAMES}`);
}
