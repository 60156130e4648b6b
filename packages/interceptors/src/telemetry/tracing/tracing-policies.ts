import type * as grpc from '@grpc/grpc-js';

/** The two policies that trace the calls of a channel. */
export interface TracingPolicies {
  /** The span of a call. */
  call(path: string): grpc.Interceptor;
  /** The span of each attempt. Undefined when there is none. */
  attempt(path: string): grpc.Interceptor | undefined;
}
