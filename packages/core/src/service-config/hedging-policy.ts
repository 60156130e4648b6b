import type { ConfigReader } from './config-reader.js';
import { readMaxAttempts } from './max-attempts.js';
import { readOptionalStatusCodes } from './status-codes.js';

/** Several attempts of a call at the same time, of which the first answer counts (gRFC A6). */
export interface HedgingPolicy {
  /** All attempts, the first one included. 2 to 5. */
  readonly maxAttempts: number;
  /** The time from one attempt to the next, in ms; 0 sends all at once. Undefined when the config does not say. */
  readonly hedgingDelayMs?: number;
  /** Statuses that do not end the call while another attempt may still be answered. Never OK. */
  readonly nonFatalStatusCodes: ReadonlySet<number>;
}

const FIELDS = { supported: ['maxAttempts', 'hedgingDelay', 'nonFatalStatusCodes'] };

/** Reads a `hedgingPolicy` object; only `maxAttempts` is required. Problems are noted in the reader. */
export function readHedgingPolicy(value: unknown, path: string, reader: ConfigReader): HedgingPolicy | undefined {
  const object = reader.object(value, path);
  if (object === undefined) return undefined;
  reader.checkFields(object, path, FIELDS);
  const maxAttempts = readMaxAttempts(object, path, reader);
  const hedgingDelayMs = reader.durationMs(object, 'hedgingDelay', path);
  const nonFatalStatusCodes = readOptionalStatusCodes(object, 'nonFatalStatusCodes', path, reader);
  if (maxAttempts === undefined) return undefined;
  return Object.freeze({ maxAttempts, ...(hedgingDelayMs !== undefined && { hedgingDelayMs }), nonFatalStatusCodes });
}
