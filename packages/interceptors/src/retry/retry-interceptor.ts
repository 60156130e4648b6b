import type * as grpc from '@grpc/grpc-js';
import { asInterceptingCall } from '../grpc-types.js';
import type { MethodRetry } from './method-retry.js';
import { RetryCall } from './retry-call.js';

/**
 * Retries the calls of one method: what was never sent or was refused, on another pod, for any method; what the server
 * may have processed, only as the method's `retryPolicy` says (gRFC A6).
 */
export function retryInterceptor(method: MethodRetry): grpc.Interceptor {
  return (options, nextCall) => asInterceptingCall(new RetryCall(options, nextCall, method));
}
