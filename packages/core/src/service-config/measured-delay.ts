import { childPath, fieldOf, type ConfigReader, type Json } from './config-reader.js';

/** A hedging delay that follows the method's own latencies. */
export interface MeasuredDelay {
  /** The share of calls that is answered within the delay, and so is not hedged. 0.5 to 0.999. */
  readonly quantile: number;
  /** The delay is never shorter, in ms. Default 1. */
  readonly minMs: number;
  /** The delay is never longer, in ms. Default 10 000. */
  readonly maxMs: number;
}

const FIELDS = { supported: ['quantile', 'min', 'max'] };

/** Shorter than a timer of Node can tell apart. */
const DEFAULT_MIN_MS = 1;
const DEFAULT_MAX_MS = 10_000;

/** Reads `"p95"`, or `{ quantile: "p95", min: "0.005s", max: "1s" }`. Problems are noted in the reader. */
export function readMeasuredDelay(value: unknown, path: string, reader: ConfigReader): MeasuredDelay | undefined {
  if (typeof value === 'string') return readObject({ quantile: value }, path, path, reader);
  const object = reader.object(value, path);
  if (object === undefined) return undefined;
  reader.checkFields(object, path, FIELDS);
  return readObject(object, path, childPath(path, 'quantile'), reader);
}

function readObject(object: Json, path: string, at: string, reader: ConfigReader): MeasuredDelay | undefined {
  const quantile = readQuantile(fieldOf(object, 'quantile'), at, reader);
  const minMs = reader.durationMs(object, 'min', path, true) ?? DEFAULT_MIN_MS;
  const maxMs = reader.durationMs(object, 'max', path, true) ?? Math.max(minMs, DEFAULT_MAX_MS);
  if (minMs > maxMs) {
    const [min, max] = [reader.durationName('min'), reader.durationName('max')];
    reader.problems.push(`${path}: ${min} (${minMs} ms) is longer than ${max} (${maxMs} ms)`);
  }
  return quantile === undefined ? undefined : Object.freeze({ quantile, minMs, maxMs });
}

/** Below the median, most calls would be hedged; that is what a fixed delay is for. */
function readQuantile(value: unknown, path: string, reader: ConfigReader): number | undefined {
  const match = typeof value === 'string' ? /^p(\d{2}(?:\.\d)?)$/.exec(value) : null;
  const percent = Number(match?.[1]);
  if (percent >= 50) return percent / 100;
  return reader.refuse(path, value, 'a percentile, "p50" to "p99.9"');
}
