import { DEFAULTS, MAX, TTL_MS, type RetryBudgetSettings } from '../retry/retry-budget-settings.js';
import type { ConfigReader } from './config-reader.js';

const FIELDS = { supported: ['ratio', 'minPerSecond', 'ttl'] };

/** Reads a `retryBudget` object; every field has a default. Problems are noted in the reader. */
export function readRetryBudget(value: unknown, path: string, reader: ConfigReader): RetryBudgetSettings | undefined {
  const object = reader.object(value, path);
  if (object === undefined) return undefined;
  reader.checkFields(object, path, FIELDS);
  const number = (field: keyof typeof MAX): number =>
    reader.number(object, field, path, isUpTo(MAX[field]), `a number, 0 to ${MAX[field]}`) ?? DEFAULTS[field];
  const ttlMs = reader.durationMs(object, 'ttl', path, TTL_MS) ?? DEFAULTS.ttlMs;
  return Object.freeze({ ratio: number('ratio'), minPerSecond: number('minPerSecond'), ttlMs });
}

function isUpTo(max: number): (value: number) => boolean {
  return (value) => value >= 0 && value <= max;
}
