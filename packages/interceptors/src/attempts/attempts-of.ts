import type * as grpc from '@grpc/grpc-js';
import type { AttemptRecord } from './attempt-record.js';

/** The same in every copy of this package, and a symbol, so that it survives grpc-js copying the status onto the error. */
const ATTEMPTS: unique symbol = Symbol.for('fairlead.attempts') as never;

interface Carrier {
  [ATTEMPTS]?: readonly AttemptRecord[];
}

/**
 * The attempt trail of a failed call: each attempt with its pod, class, status and times, and why the next one was or was
 * not made, in order.
 *
 * @param error what the client was given: a `ServiceError` of a callback or an `'error'` event, a status, or an error
 * that another library made of it and that kept its `metadata`.
 * @returns an empty list when the call did not pass a retry policy of Fairlead.
 */
export function attemptsOf(error: unknown): readonly AttemptRecord[] {
  if (typeof error !== 'object' || error === null) return [];
  const { metadata, cause } = error as { readonly metadata?: unknown; readonly cause?: unknown };
  const own = (error as Carrier)[ATTEMPTS] ?? (isObject(metadata) ? (metadata as Carrier)[ATTEMPTS] : undefined);
  return own ?? (cause === undefined || cause === error ? [] : attemptsOf(cause));
}

/** A copy of the status that carries the trail, on itself and, for libraries that keep only that, on its metadata. */
export function withAttempts(status: grpc.StatusObject, trail: readonly AttemptRecord[]): grpc.StatusObject {
  Object.defineProperty(status.metadata, ATTEMPTS, { value: trail, configurable: true });
  return Object.assign({ ...status }, { [ATTEMPTS]: trail });
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
