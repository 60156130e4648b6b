import { childPath, fieldOf, type ConfigReader, type Json } from './config-reader.js';

/** "Any value greater than 5 is treated as 5 without being considered a validation error" (gRFC A6). */
const MOST_ATTEMPTS = 5;

/** Reads `maxAttempts` of a retry or hedging policy. Problems are noted in the reader. */
export function readMaxAttempts(object: Json, path: string, reader: ConfigReader): number | undefined {
  const value = fieldOf(object, 'maxAttempts');
  if (Number.isInteger(value) && (value as number) >= 2) return Math.min(value as number, MOST_ATTEMPTS);
  return reader.refuse(childPath(path, 'maxAttempts'), value, 'an integer, at least 2, that counts the first attempt');
}
