import {
  DEFAULTS,
  MULTIPLIER,
  WINDOW_MS,
  type ClientThrottlingSettings,
} from '../throttling/client-throttling-settings.js';
import type { ConfigReader } from './config-reader.js';

const FIELDS = { supported: ['multiplier', 'window'] };

/** Reads a `clientThrottling` object; every field has a default. Problems are noted in the reader. */
export function readClientThrottling(
  value: unknown,
  path: string,
  reader: ConfigReader,
): ClientThrottlingSettings | undefined {
  const object = reader.object(value, path);
  if (object === undefined) return undefined;
  reader.checkFields(object, path, FIELDS);
  const { isValid, expected } = MULTIPLIER;
  const multiplier = reader.number(object, 'multiplier', path, isValid, expected) ?? DEFAULTS.multiplier;
  const windowMs = reader.durationMs(object, 'window', path, WINDOW_MS) ?? DEFAULTS.windowMs;
  return Object.freeze({ multiplier, windowMs });
}
