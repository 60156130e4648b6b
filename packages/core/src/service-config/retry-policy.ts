import { childPath, fieldOf, type ConfigReader, type Json } from './config-reader.js';
import { readMaxAttempts } from './max-attempts.js';
import { readStatusCodes } from './status-codes.js';

/** When and how often a method's calls are attempted again (gRFC A6). */
export interface RetryPolicy {
  /** All attempts, the first one included. 2 to 5: the protocol's own cap, whatever the config says. */
  readonly maxAttempts: number;
  readonly initialBackoffMs: number;
  readonly maxBackoffMs: number;
  readonly backoffMultiplier: number;
  /** Statuses that may be retried although the server may have run the call. Never empty, never OK. */
  readonly retryableStatusCodes: ReadonlySet<number>;
}

const FIELDS = {
  supported: ['maxAttempts', 'initialBackoff', 'maxBackoff', 'backoffMultiplier', 'retryableStatusCodes'],
  notSupported: ['perAttemptRecvTimeout'],
};

/** Reads a `retryPolicy` object. All five fields are required. Problems are noted in the reader. */
export function readRetryPolicy(value: unknown, path: string, reader: ConfigReader): RetryPolicy | undefined {
  const object = reader.object(value, path);
  if (object === undefined) return undefined;
  reader.checkFields(object, path, FIELDS);
  const maxAttempts = readMaxAttempts(object, path, reader);
  const initialBackoffMs = reader.requiredDurationMs(object, 'initialBackoff', path);
  const maxBackoffMs = reader.requiredDurationMs(object, 'maxBackoff', path);
  const backoffMultiplier = readMultiplier(object, path, reader);
  const retryableStatusCodes = readStatusCodes(object, 'retryableStatusCodes', path, reader);
  if (maxAttempts === undefined || initialBackoffMs === undefined || maxBackoffMs === undefined) return undefined;
  if (backoffMultiplier === undefined || retryableStatusCodes === undefined) return undefined;
  return Object.freeze({ maxAttempts, initialBackoffMs, maxBackoffMs, backoffMultiplier, retryableStatusCodes });
}

function readMultiplier(object: Json, path: string, reader: ConfigReader): number | undefined {
  const value = fieldOf(object, 'backoffMultiplier');
  if (typeof value === 'number' && value > 0 && value < Infinity) return value;
  return reader.refuse(childPath(path, 'backoffMultiplier'), value, 'a number above 0');
}
