import type { ClientThrottle, Clock, LoopStalls, Random } from '@fairlead/core';
import * as grpc from '@grpc/grpc-js';
import { refusedStatus } from '../attempts/refused-status.js';
import { EndedCall } from '../call/ended-call.js';
import { asInterceptingCall } from '../grpc-types.js';
import { ThrottledCall } from './throttled-call.js';

/**
 * Rejects calls here that the callee would reject (Google's client-side throttling; Envoy's admission control): the more of the
 * last ones it did reject, the more. Such a call ends with UNAVAILABLE, as in Envoy; nothing of it is sent, and no attempt
 * follows.
 *
 * @param whose for messages, with a blank before it: ` of /a.B/C`. Default: nobody's, which is the channel's.
 */
export function clientThrottlingInterceptor(
  throttle: ClientThrottle,
  clock: Clock,
  random: Random,
  stalls: LoopStalls,
  whose = '',
): grpc.Interceptor {
  return (options, nextCall) => {
    const now = clock.now();
    if (throttle.admits(now, random)) {
      return asInterceptingCall(new ThrottledCall(nextCall(options), throttle, clock, stalls));
    }
    const details = `Rejected by client-side throttling${whose}: ${throttle.describe(now)}`;
    const status = refusedStatus(grpc.status.UNAVAILABLE, details, 'client-side throttling rejected it', clock);
    return asInterceptingCall(new EndedCall(status));
  };
}
