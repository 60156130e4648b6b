import { STATUS_CODES } from '../status/status-code.js';
import { fieldOf, type ConfigReader } from './config-reader.js';
import { readStatusCodes } from './status-codes.js';

/** When a method's circuit breaker opens, and for how long. */
export interface CircuitBreakerConfig {
  /** It opens when more than this share of the window's calls failed. At least 0, below 1. Default 0.5. */
  readonly failureRatio: number;
  /** Calls that must have ended within the window before it may open. At least 1. Default 20. */
  readonly requestVolume: number;
  /** How long an outcome is remembered, in ms; kept in ten slices. 10 ms to 24 days. Default 10 000. */
  readonly windowMs: number;
  /** How long it stays open before one call may probe, in ms. 1 ms to 24 days. Default 10 000. */
  readonly openMs: number;
  /** A probe that has no outcome after this time, in ms, has failed. Default `openMs`. */
  readonly probeTimeoutMs: number;
  /** Statuses that count as failures. Never OK, never CANCELLED. */
  readonly failureStatusCodes: ReadonlySet<number>;
}

const { DEADLINE_EXCEEDED, INTERNAL, UNAVAILABLE, UNKNOWN, DATA_LOSS, RESOURCE_EXHAUSTED, CANCELLED, OK } =
  STATUS_CODES;

/**
 * What says that the callee is unwell, as Linkerd counts it. RESOURCE_EXHAUSTED is a server that sheds load. The others
 * (NOT_FOUND, ABORTED, …) are answers about the request.
 */
export const BREAKER_FAILURES: ReadonlySet<number> = new Set([
  UNAVAILABLE,
  DEADLINE_EXCEEDED,
  INTERNAL,
  UNKNOWN,
  DATA_LOSS,
  RESOURCE_EXHAUSTED,
]);

const FIELDS = {
  supported: ['failureRatio', 'requestVolume', 'window', 'openTime', 'probeTimeout', 'failureStatusCodes'],
};

/** The longest delay of the platform's timers, by which opossum waits. */
const MAX_MS = 2 ** 31 - 1;

/** The window has ten slices, of whole milliseconds. */
const MIN_WINDOW_MS = 10;

/** Reads a `circuitBreaker` object; every field has a default. Problems are noted in the reader. */
export function readCircuitBreaker(
  value: unknown,
  path: string,
  reader: ConfigReader,
): CircuitBreakerConfig | undefined {
  const object = reader.object(value, path);
  if (object === undefined) return undefined;
  reader.checkFields(object, path, FIELDS);
  const failureRatio = reader.number(object, 'failureRatio', path, isShareBelowOne, SHARE) ?? 0.5;
  const requestVolume = reader.number(object, 'requestVolume', path, isVolume, VOLUME) ?? 20;
  const windowMs = reader.durationMs(object, 'window', path, { min: MIN_WINDOW_MS, max: MAX_MS }) ?? 10_000;
  const openMs = reader.durationMs(object, 'openTime', path, { min: 1, max: MAX_MS }) ?? 10_000;
  const probeTimeoutMs = reader.durationMs(object, 'probeTimeout', path, { min: 1, max: MAX_MS }) ?? openMs;
  const failureStatusCodes =
    fieldOf(object, 'failureStatusCodes') === undefined
      ? BREAKER_FAILURES
      : (readStatusCodes(object, 'failureStatusCodes', path, reader, NEVER_FAILURES) ?? BREAKER_FAILURES);
  return Object.freeze({ failureRatio, requestVolume, windowMs, openMs, probeTimeoutMs, failureStatusCodes });
}

const NEVER_FAILURES: ReadonlySet<number> = new Set([OK, CANCELLED]);

const SHARE = 'a number from 0 to below 1: the breaker opens when a larger share fails';
const isShareBelowOne = (value: number): boolean => value >= 0 && value < 1;

const VOLUME = 'an integer, at least 1: a failureRatio needs calls to be a share of';
const isVolume = (value: number): boolean => Number.isSafeInteger(value) && value >= 1;
