import type * as grpc from '@grpc/grpc-js';

/** The two policies that trace the calls of a channel. */
export interface TracingPolicies {
  /** The span of a call. */
  call(path: string): grpc.Interceptor;
  /** The span of each attempt; without one, what of the attempt belongs to the span of the call. */
  attempt(path: string): grpc.Interceptor;
}
