import type { ConcurrencyLimitSettings } from '../limit/concurrency-limit-settings.js';
import type { RetryBudgetSettings } from '../retry/retry-budget-settings.js';
import type { ClientThrottlingSettings } from '../throttling/client-throttling-settings.js';
import { readClientThrottling } from './client-throttling-config.js';
import { readConcurrencyLimit } from './concurrency-limit-config.js';
import { childPath, fieldOf, type ConfigReader, type Json } from './config-reader.js';
import { readRetryBudget } from './retry-budget-config.js';

/**
 * What stands under `fairlead` at the top of a service config: settings of a whole channel for which gRPC has no field. A
 * field that is absent says nothing.
 */
export interface ChannelExtension {
  /** An adaptive limit of all calls together. */
  readonly concurrencyLimit?: ConcurrencyLimitSettings;
  /** Never beside `retryThrottling`. */
  readonly retryBudget?: RetryBudgetSettings;
  /** Rejects calls that the callee would reject, whatever their method. */
  readonly clientThrottling?: ClientThrottlingSettings;
  /** How much earlier than the call that is being served its own calls end, in ms. At least 0. */
  readonly deadlineMarginMs?: number;
}

const FIELDS = { supported: ['concurrencyLimit', 'retryBudget', 'clientThrottling', 'deadlineMargin'] };

/** Nothing is said. */
export const NO_EXTENSION: ChannelExtension = Object.freeze({});

/** Reads the `fairlead` object of a service config. Problems are noted in the reader. */
export function readChannelExtension(config: Json, path: string, reader: ConfigReader): ChannelExtension {
  return reader.part(config, 'fairlead', path, (value, at) => readFields(value, at, config, reader)) ?? NO_EXTENSION;
}

function readFields(value: unknown, path: string, config: Json, reader: ConfigReader): ChannelExtension | undefined {
  const object = reader.object(value, path);
  if (object === undefined) return undefined;
  reader.checkFields(object, path, FIELDS);
  // Which of the two should limit the retries, nobody can know.
  if (fieldOf(object, 'retryBudget') !== undefined && fieldOf(config, 'retryThrottling') !== undefined) {
    reader.problems.push(`${childPath(path, 'retryBudget')} and retryThrottling exclude each other`);
  }
  const concurrencyLimit = reader.part(object, 'concurrencyLimit', path, readConcurrencyLimit);
  const retryBudget = reader.part(object, 'retryBudget', path, readRetryBudget);
  const clientThrottling = reader.part(object, 'clientThrottling', path, readClientThrottling);
  const deadlineMarginMs = reader.durationMs(object, 'deadlineMargin', path);
  return Object.freeze({
    ...(concurrencyLimit && { concurrencyLimit }),
    ...(retryBudget && { retryBudget }),
    ...(clientThrottling && { clientThrottling }),
    ...(deadlineMarginMs !== undefined && { deadlineMarginMs }),
  });
}
