import type * as grpc from '@grpc/grpc-js';
import { asInterceptingCall } from '../grpc-types.js';
import { HedgingCall } from './hedging-call.js';
import type { MethodHedging } from './method-hedging.js';

/**
 * Sends a call that is not answered soon to another pod as well, and takes the first answer (gRFC A6, `hedgingPolicy`).
 * For methods that may be executed several times.
 */
export function hedgingInterceptor(method: MethodHedging): grpc.Interceptor {
  return (options, nextCall) => asInterceptingCall(new HedgingCall(options, nextCall, method));
}
