import { NO_STALLS, type Clock, type LoopStalls } from '@fairlead/core';
import type * as grpc from '@grpc/grpc-js';
import { asInterceptingCall } from '../grpc-types.js';
import { BreakerCall } from './breaker-call.js';
import type { MethodBreaker } from './method-breaker.js';

/**
 * Stops sending the calls of one method while too many of them fail, so that callers fail at once instead of waiting and
 * the callee gets air. While it is open a call ends with UNAVAILABLE, and its details say when it will be tried again.
 *
 * @param stalls of our own event loop, for which the callee is not blamed. Default: they are not watched.
 */
export function circuitBreakerInterceptor(
  breaker: MethodBreaker,
  clock: Clock,
  stalls: LoopStalls = NO_STALLS,
): grpc.Interceptor {
  return (options, nextCall) => asInterceptingCall(new BreakerCall(() => nextCall(options), breaker, clock, stalls));
}
