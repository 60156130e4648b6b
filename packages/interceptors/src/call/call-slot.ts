import type { InterceptorOptions } from '../grpc-types.js';

/**
 * A place in the options of a call where a policy at the outside of the chain leaves something that another one further
 * in reads, once for each attempt: options are copied from interceptor to interceptor, symbols included.
 */
export interface CallSlot<T> {
  /** A copy of the options that carries `value`. */
  attach(options: InterceptorOptions, value: T): InterceptorOptions;
  /** What was attached; undefined when nothing was, or when an interceptor between made options of its own. */
  of(options: InterceptorOptions): T | undefined;
}

/** @param name for people who look at the options in a debugger. */
export function callSlot<T>(name: string): CallSlot<T> {
  const key = Symbol(name);
  return {
    attach: (options, value) => ({ ...options, [key]: value }),
    of: (options) => (options as { [key]?: T })[key],
  };
}
