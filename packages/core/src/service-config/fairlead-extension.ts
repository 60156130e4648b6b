import type { ConcurrencyLimitSettings } from '../limit/concurrency-limit-settings.js';
import type { ClientThrottlingSettings } from '../throttling/client-throttling-settings.js';
import { readBulkhead, type BulkheadConfig } from './bulkhead-config.js';
import { readCircuitBreaker, type CircuitBreakerConfig } from './circuit-breaker-config.js';
import { readClientThrottling } from './client-throttling-config.js';
import { childPath, fieldOf, type ConfigReader, type Json } from './config-reader.js';
import { readConcurrencyLimit } from './concurrency-limit-config.js';
import { readMeasuredDelay, type MeasuredDelay } from './measured-delay.js';

/**
 * What stands under `fairlead` of a method config: settings for which gRPC has no field. The key of its own keeps them out
 * of the way of whatever gRPC adds, and other clients of the same config ignore it (gRFC A2).
 */
export interface FairleadExtension {
  readonly circuitBreaker?: CircuitBreakerConfig;
  readonly bulkhead?: BulkheadConfig;
  /** A bulkhead whose size is learnt. Never beside `bulkhead`. */
  readonly concurrencyLimit?: ConcurrencyLimitSettings;
  /** Rejects calls of the method that its callee would reject; beside the channel's, if it has one. */
  readonly clientThrottling?: ClientThrottlingSettings;
  /** How much earlier than the call that is being served the method's calls end, in ms, whatever the channel says. At least 0. */
  readonly deadlineMarginMs?: number;
  /** The longest time for one attempt, in ms. Above 0. */
  readonly perAttemptTimeoutMs?: number;
  /** The hedging delay is measured, instead of the fixed one of the hedging policy. */
  readonly measuredDelay?: MeasuredDelay;
  /** Hedges for each call, 0 to 1; 1 is as many as the policy and the budget allow. */
  readonly hedgingRatio?: number;
}

/** Reads one field of the object: what it says, or undefined when it is absent or wrong. */
type FieldReader = (object: Json, path: string, reader: ConfigReader) => FairleadExtension | undefined;

/** Every field with its reader; a new extension is one more entry. */
const READERS: Readonly<Record<string, FieldReader>> = {
  circuitBreaker: (object, path, reader) => {
    const value = fieldOf(object, 'circuitBreaker');
    if (value === undefined) return undefined;
    const circuitBreaker = readCircuitBreaker(value, childPath(path, 'circuitBreaker'), reader);
    return circuitBreaker && { circuitBreaker };
  },
  bulkhead: (object, path, reader) => {
    const value = fieldOf(object, 'bulkhead');
    if (value === undefined) return undefined;
    const bulkhead = readBulkhead(value, childPath(path, 'bulkhead'), reader);
    return bulkhead && { bulkhead };
  },
  concurrencyLimit: (object, path, reader) => {
    const concurrencyLimit = reader.part(object, 'concurrencyLimit', path, readConcurrencyLimit);
    return concurrencyLimit && { concurrencyLimit };
  },
  clientThrottling: (object, path, reader) => {
    const clientThrottling = reader.part(object, 'clientThrottling', path, readClientThrottling);
    return clientThrottling && { clientThrottling };
  },
  deadlineMargin: (object, path, reader) => {
    const deadlineMarginMs = reader.durationMs(object, 'deadlineMargin', path);
    return deadlineMarginMs === undefined ? undefined : { deadlineMarginMs };
  },
  perAttemptTimeout: (object, path, reader) => {
    const perAttemptTimeoutMs = reader.durationMs(object, 'perAttemptTimeout', path, true);
    return perAttemptTimeoutMs === undefined ? undefined : { perAttemptTimeoutMs };
  },
  hedgingDelay: (object, path, reader) => {
    const value = fieldOf(object, 'hedgingDelay');
    if (value === undefined) return undefined;
    const measuredDelay = readMeasuredDelay(value, childPath(path, 'hedgingDelay'), reader);
    return measuredDelay === undefined ? undefined : { measuredDelay };
  },
  hedgingRatio: (object, path, reader) => {
    const hedgingRatio = reader.number(object, 'hedgingRatio', path, (value) => value >= 0 && value <= 1, '0 to 1');
    return hedgingRatio === undefined ? undefined : { hedgingRatio };
  },
};

/** Names of the fields, those of durations as the service config has them. */
export const EXTENSION_FIELDS: readonly string[] = Object.keys(READERS);

const FIELDS = { supported: EXTENSION_FIELDS };

/** Reads the `fairlead` object of a method config. Problems are noted in the reader. */
export function readFairleadExtension(value: unknown, path: string, reader: ConfigReader): FairleadExtension {
  const object = reader.object(value, path);
  if (object === undefined) return {};
  reader.checkFields(object, path, FIELDS);
  return readExtensionFields(object, path, reader);
}

/** Reads the same fields from an object that has others, too. */
export function readExtensionFields(object: Json, path: string, reader: ConfigReader): FairleadExtension {
  // Which of the two was meant, nobody can know.
  if (fieldOf(object, 'bulkhead') !== undefined && fieldOf(object, 'concurrencyLimit') !== undefined) {
    reader.problems.push(`${path}: bulkhead and concurrencyLimit exclude each other`);
  }
  return Object.assign({}, ...Object.values(READERS).map((read) => read(object, path, reader))) as FairleadExtension;
}
