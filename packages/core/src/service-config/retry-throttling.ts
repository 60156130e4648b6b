import type { RetryThrottling } from '../retry/token-throttle.js';
import { childPath, fieldOf, type ConfigReader } from './config-reader.js';
import { OptionReader } from './option-reader.js';

const FIELDS = { supported: ['maxTokens', 'tokenRatio'] };

/** Reads `retryThrottling` (gRFC A6). Both fields are required. Problems are noted in the reader. */
export function readRetryThrottling(value: unknown, path: string, reader: ConfigReader): RetryThrottling | undefined {
  const object = reader.object(value, path);
  if (object === undefined) return undefined;
  reader.checkFields(object, path, FIELDS);
  const maxTokens = readMaxTokens(fieldOf(object, 'maxTokens'), childPath(path, 'maxTokens'), reader);
  const tokenRatio = readTokenRatio(fieldOf(object, 'tokenRatio'), childPath(path, 'tokenRatio'), reader);
  if (maxTokens === undefined || tokenRatio === undefined) return undefined;
  return Object.freeze({ maxTokens, tokenRatio });
}

/**
 * The same as an option.
 * @param path the option's name, for messages.
 * @throws InvalidOptionError
 */
export function resolveRetryThrottling(given: unknown, path: string): RetryThrottling {
  const reader = new OptionReader();
  const settings = readRetryThrottling(given, path, reader);
  // Throws, unless there are settings.
  reader.finish(path, given);
  return settings!;
}

function readMaxTokens(value: unknown, path: string, reader: ConfigReader): number | undefined {
  if (Number.isInteger(value) && (value as number) > 0 && (value as number) <= 1_000) return value as number;
  return reader.refuse(path, value, 'an integer, 1 to 1000');
}

/**
 * Three decimals are kept, the rest is cut (A6: 0.5466 is 0.546). What is left must be above 0, or the bucket could never
 * fill again. The decimals are taken from the text, since 0.29 · 1000 is 290 only after rounding.
 */
function readTokenRatio(value: unknown, path: string, reader: ConfigReader): number | undefined {
  const kept = typeof value === 'number' && Number.isFinite(value) ? Number(cut(value)) : NaN;
  return kept > 0 ? kept : reader.refuse(path, value, 'a number, at least 0.001');
}

function cut(value: number): string {
  // Small numbers print as 1e-7; twenty decimals print them all.
  const text = value < 1e-6 ? value.toFixed(20) : String(value);
  return text.replace(/(\.\d{3})\d+$/, '$1');
}
