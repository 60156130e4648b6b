import type { MethodConfig } from '@fairlead/core';
import type * as grpc from '@grpc/grpc-js';
import { interceptorsFor, type PolicyContext } from './chain.js';
import { composeChain } from './channel/intercept-channel.js';
import { MethodCache } from './channel/method-cache.js';
import { asInterceptingCall } from './grpc-types.js';

/**
 * All policies as one standard interceptor, for the `interceptors` option of a plain client on any channel. The chain of
 * a method is resolved once.
 *
 * Prefer `interceptChannel`: a call's own interceptors replace the client's, and messages are not serialized yet here, so
 * a message that is kept for a retry is serialized once more to know its size, as is each one under a
 * `maxRequestMessageBytes`; `maxResponseMessageBytes` is not heeded here.
 */
export function policyInterceptor(
  methodConfig: (path: string) => MethodConfig,
  context: PolicyContext,
): grpc.Interceptor {
  const chains = new MethodCache((path) => interceptorsFor(methodConfig(path), context, path));
  return (options, nextCall) => {
    const interceptors = chains.get(options.method_definition.path);
    return asInterceptingCall(composeChain(interceptors, nextCall)(options));
  };
}
