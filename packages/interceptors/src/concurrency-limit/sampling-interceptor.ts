import type { Clock, LoopStalls } from '@fairlead/core';
import type * as grpc from '@grpc/grpc-js';
import { asInterceptingCall } from '../grpc-types.js';
import type { AdaptiveBulkhead } from './adaptive-bulkhead.js';
import { SampledAttempt } from './sampled-attempt.js';

/** Measures every attempt for the concurrency limits that its call is under. The limits themselves stand further out. */
export function samplingInterceptor(
  limits: readonly AdaptiveBulkhead[],
  clock: Clock,
  stalls: LoopStalls,
): grpc.Interceptor {
  return (options, nextCall) => asInterceptingCall(new SampledAttempt(nextCall(options), limits, clock, stalls));
}
