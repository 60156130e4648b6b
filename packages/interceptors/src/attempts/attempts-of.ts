import type * as grpc from '@grpc/grpc-js';
import type { AttemptRecord } from './attempt-record.js';

/** The same in every copy of this package, and a symbol, so that it survives grpc-js copying the status onto the error. */
const ATTEMPTS: unique symbol = Symbol.for('fairlead.attempts') as never;

interface Carrier {
  readonly [ATTEMPTS]?: readonly AttemptRecord[];
  readonly metadata?: unknown;
  readonly cause?: unknown;
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
  const seen = new Set<object>();
  for (let at = error; isObject(at) && !seen.has(at); at = at.cause) {
    const trail = at[ATTEMPTS] ?? (isObject(at.metadata) ? at.metadata[ATTEMPTS] : undefined);
    if (trail !== undefined) return trail;
    seen.add(at);
  }
  return [];
}

/** A copy of the status that carries the trail, on itself and, for libraries that keep only that, on its metadata. */
export function withAttempts(status: grpc.StatusObject, trail: readonly AttemptRecord[]): grpc.StatusObject {
  Object.defineProperty(status.metadata, ATTEMPTS, { value: trail, configurable: true });
  return Object.assign({ ...status }, { [ATTEMPTS]: trail });
}

function isObject(value: unknown): value is Carrier {
  return typeof value === 'object' && value !== null;
}
