import { BACKOFF_RATIO, DEFAULTS, TOLERANCE } from '../limit/concurrency-limit-settings.js';
import type { ConcurrencyLimitSettings, LimitAlgorithm } from '../limit/concurrency-limit-settings.js';
import { contradictingBounds, limitBounds, type LimitBounds } from '../limit/limit-bounds.js';
import { childPath, fieldOf, type ConfigReader, type Json } from './config-reader.js';

const OWN_FIELDS = { gradient: ['tolerance'], aimd: ['backoffRatio', 'latencyThreshold'] } as const;
const COMMON_FIELDS = ['algorithm', 'initialLimit', 'minLimit', 'maxLimit', 'maxQueue'];
const FIELDS = { supported: [...COMMON_FIELDS, ...OWN_FIELDS.gradient, ...OWN_FIELDS.aimd] };

/** Reads a `concurrencyLimit` object; every field has a default. Problems are noted in the reader. */
export function readConcurrencyLimit(
  value: unknown,
  path: string,
  reader: ConfigReader,
): ConcurrencyLimitSettings | undefined {
  const object = reader.object(value, path);
  if (object === undefined) return undefined;
  reader.checkFields(object, path, FIELDS);
  const bounds = readBounds(object, path, reader);
  const maxQueue = reader.number(object, 'maxQueue', path, isCount(0), 'an integer, at least 0') ?? 0;
  const algorithm = readAlgorithm(object, path, reader);
  const number = (field: string, { isValid, expected }: typeof TOLERANCE): number | undefined =>
    reader.number(object, field, path, isValid, expected);
  const tolerance = number('tolerance', TOLERANCE) ?? DEFAULTS.tolerance;
  const backoffRatio = number('backoffRatio', BACKOFF_RATIO) ?? DEFAULTS.backoffRatio;
  const latencyThresholdMs = reader.durationMs(object, 'latencyThreshold', path, true) ?? DEFAULTS.latencyThresholdMs;
  if (algorithm === 'gradient') return Object.freeze({ algorithm, ...bounds, maxQueue, tolerance });
  return algorithm && Object.freeze({ algorithm, ...bounds, maxQueue, backoffRatio, latencyThresholdMs });
}

/** `gradient` when the config does not say. A field of the other algorithm would do nothing. */
function readAlgorithm(object: Json, path: string, reader: ConfigReader): LimitAlgorithm | undefined {
  const algorithm = fieldOf(object, 'algorithm') ?? 'gradient';
  if (algorithm !== 'gradient' && algorithm !== 'aimd') {
    return reader.refuse(childPath(path, 'algorithm'), algorithm, '"gradient" or "aimd"');
  }
  const other = algorithm === 'gradient' ? 'aimd' : 'gradient';
  for (const own of OWN_FIELDS[other]) {
    const field = own === 'latencyThreshold' ? reader.durationName(own) : own;
    if (fieldOf(object, field) === undefined) continue;
    reader.problems.push(`${path}: ${field} with algorithm "${algorithm}": only "${other}" has it`);
  }
  return algorithm;
}

function readBounds(object: Json, path: string, reader: ConfigReader): LimitBounds {
  const read = (field: keyof LimitBounds): number | undefined =>
    reader.number(object, field, path, isCount(1), 'an integer, at least 1');
  const given = { minLimit: read('minLimit'), initialLimit: read('initialLimit'), maxLimit: read('maxLimit') };
  const [lower, upper] = contradictingBounds(given) ?? [];
  if (lower !== undefined && upper !== undefined) {
    reader.problems.push(`${path}: ${lower} (${given[lower]}) is more than ${upper} (${given[upper]})`);
  }
  return limitBounds(given);
}

function isCount(min: number): (value: number) => boolean {
  return (value) => Number.isSafeInteger(value) && value >= min;
}
