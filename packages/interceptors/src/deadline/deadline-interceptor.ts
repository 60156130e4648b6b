import type { Clock } from '@fairlead/core';
import type * as grpc from '@grpc/grpc-js';

/**
 * Gives the calls of one method a deadline: `timeoutMs` from now, or the caller's own when that is earlier
 * (service config `timeout`, gRFC A2). It rewrites the options and makes no object of its own.
 *
 * Inside a policy that makes attempts it is the timeout of each attempt (`fairlead.perAttemptTimeout`): the server is told
 * of it, grpc-js cancels the attempt on the wire, and its DEADLINE_EXCEEDED is one that a retry policy may list.
 */
export function deadlineInterceptor(timeoutMs: number, clock: Clock): grpc.Interceptor {
  return (options, nextCall) => {
    const ours = clock.epochNow() + timeoutMs;
    const theirs = options.deadline === undefined ? Infinity : Number(options.deadline);
    return nextCall(theirs <= ours ? options : { ...options, deadline: ours }) as grpc.InterceptingCall;
  };
}
