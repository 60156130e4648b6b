import type * as grpc from '@grpc/grpc-js';
import { asInterceptingCall } from '../grpc-types.js';
import { BulkheadCall } from './bulkhead-call.js';
import type { MethodBulkhead } from './method-bulkhead.js';

/**
 * Lets so many calls of a method be under way at once, and so many more wait, each at most until its deadline; so a callee
 * that hangs costs a known number of calls and not all that the process can hold. A call too many ends with
 * RESOURCE_EXHAUSTED and the figures. A stream is under way until its end.
 */
export function bulkheadInterceptor(method: MethodBulkhead): grpc.Interceptor {
  return (options, nextCall) => asInterceptingCall(new BulkheadCall(options, nextCall, method));
}
