import type { EventEmitter } from 'node:events';
import { propagate } from '@grpc/grpc-js';
import type { InterceptorOptions } from '../grpc-types.js';

/** The earlier of the call's own deadline and the one that its parent call hands on, in ms since the Unix epoch. */
export function deadlineOf(options: InterceptorOptions): number {
  const own = options.deadline === undefined ? Infinity : Number(options.deadline);
  const parent = parentThatHandsOn(propagate.DEADLINE, options);
  return parent ? Math.min(own, Number(parent.getDeadline())) : own;
}

/** Whether a parent call that hands its cancellation on was cancelled. */
export function isParentCancelled(options: InterceptorOptions): boolean {
  return parentThatHandsOn(propagate.CANCELLATION, options)?.cancelled === true;
}

/**
 * Calls back when the parent call is cancelled, if cancellation is handed on. For the time in which no attempt is under
 * way; grpc-js looks after the rest.
 *
 * @returns the function that stops listening.
 */
export function onParentCancelled(options: InterceptorOptions, callback: () => void): () => void {
  const parent: EventEmitter | undefined = parentThatHandsOn(propagate.CANCELLATION, options);
  if (!parent) return () => undefined;
  parent.on('cancelled', callback);
  return () => parent.removeListener('cancelled', callback);
}

function parentThatHandsOn(
  what: propagate,
  { parent, propagate_flags: flags }: InterceptorOptions,
): Parent | undefined {
  return ((flags ?? propagate.DEFAULTS) & what) === 0 ? undefined : parent;
}

type Parent = NonNullable<InterceptorOptions['parent']>;
