import { readBulkhead, type BulkheadConfig } from './bulkhead-config.js';
import { readCircuitBreaker, type CircuitBreakerConfig } from './circuit-breaker-config.js';
import { childPath, fieldOf, type ConfigReader, type Json } from './config-reader.js';

/** What Fairlead adds to a method's config, all under the one key `fairlead`, which no other client reads. */
export interface MethodExtension {
  readonly circuitBreaker?: CircuitBreakerConfig;
  readonly bulkhead?: BulkheadConfig;
}

const FIELDS = { supported: ['circuitBreaker', 'bulkhead'] };

/** Reads the `fairlead` object of a method's config. Unknown fields are warnings; problems are noted in the reader. */
export function readMethodExtension(method: Json, path: string, reader: ConfigReader): MethodExtension {
  const value = fieldOf(method, 'fairlead');
  const where = childPath(path, 'fairlead');
  const object = value === undefined ? undefined : reader.object(value, where);
  if (object === undefined) return {};
  reader.checkFields(object, where, FIELDS);
  const circuitBreaker = readPart(object, 'circuitBreaker', where, reader, readCircuitBreaker);
  const bulkhead = readPart(object, 'bulkhead', where, reader, readBulkhead);
  return { ...(circuitBreaker && { circuitBreaker }), ...(bulkhead && { bulkhead }) };
}

function readPart<T>(
  object: Json,
  field: string,
  path: string,
  reader: ConfigReader,
  read: (value: unknown, path: string, reader: ConfigReader) => T | undefined,
): T | undefined {
  const value = fieldOf(object, field);
  return value === undefined ? undefined : read(value, childPath(path, field), reader);
}
