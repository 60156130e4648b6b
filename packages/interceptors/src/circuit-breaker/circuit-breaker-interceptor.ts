import { NO_STALLS, type Clock, type LoopStalls } from '@fairlead/core';
import * as grpc from '@grpc/grpc-js';
import { refusedStatus } from '../attempts/refused-status.js';
import { EndedCall } from '../call/ended-call.js';
import { asInterceptingCall, type InterceptingCallInterface } from '../grpc-types.js';
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
  return (options, nextCall) => {
    const admission = breaker.enter();
    if (admission === undefined) {
      const status = refusedStatus(
        grpc.status.UNAVAILABLE,
        breaker.describe(),
        'the circuit breaker let nothing through',
        clock,
      );
      return asInterceptingCall(new EndedCall(status));
    }
    let call: InterceptingCallInterface;
    try {
      call = nextCall(options);
    } catch (error) {
      // A closed channel throws.
      breaker.leave(admission, 'neutral');
      throw error;
    }
    return asInterceptingCall(new BreakerCall(call, breaker, admission, clock, stalls));
  };
}
