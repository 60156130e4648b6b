import type { EventEmitter } from 'node:events';
import { propagate } from '@grpc/grpc-js';
import type { InterceptorOptions } from '../grpc-types.js';

/** The earlier of the call's own deadline and the one that its parent call hands on, in ms since the Unix epoch. */
export function deadlineOf({ deadline, parent, propagate_flags: flags }: InterceptorOptions): number {
  const own = deadline === undefined ? Infinity : Number(deadline);
  if (!parent || ((flags ?? propagate.DEFAULTS) & propagate.DEADLINE) === 0) return own;
  return Math.min(own, Number(parent.getDeadline()));
}

/**
 * Calls back when the parent call is cancelled, if cancellation is handed on. For the time in which no attempt is under
 * way; grpc-js looks after the rest.
 *
 * @returns the function that stops listening.
 */
export function onParentCancelled({ parent, propagate_flags: flags }: InterceptorOptions, callback: () => void): () => void {
  if (!parent || ((flags ?? propagate.DEFAULTS) & propagate.CANCELLATION) === 0) return () => undefined;
  const emitter: EventEmitter = parent;
  emitter.on('cancelled', callback);
  return () => emitter.removeListener('cancelled', callback);
}
