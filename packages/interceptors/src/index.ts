export { InterceptedChannel, interceptChannel, type MethodInterceptors } from './channel/intercept-channel.js';
export { interceptorsFor, POLICY_ORDER, type PolicyContext, type PolicyPosition } from './chain.js';
export { ChannelWide, type ChannelWideOptions, type ChannelWideSettings } from './channel-wide.js';
export { createPolicyContext, type PolicyContextOptions } from './policy-context.js';
export { policyInterceptor } from './client-interceptor.js';
export { deadlineInterceptor } from './deadline/deadline-interceptor.js';
export { waitForReadyInterceptor } from './wait-for-ready/wait-for-ready-interceptor.js';
export { retryInterceptor } from './retry/retry-interceptor.js';
export { methodRetry, type MethodRetry, type RetryShared } from './retry/method-retry.js';
export { circuitBreakerInterceptor } from './circuit-breaker/circuit-breaker-interceptor.js';
export type { BreakerState } from './circuit-breaker/breaker.js';
export type { BreakerChange } from './circuit-breaker/breaker-change.js';
export { MethodBreaker, type BreakerHandle } from './circuit-breaker/method-breaker.js';
export { MethodBreakers } from './circuit-breaker/method-breakers.js';
export { bulkheadInterceptor } from './bulkhead/bulkhead-interceptor.js';
export type { MethodBulkhead } from './bulkhead/method-bulkhead.js';
export { Bulkhead } from './bulkhead/bulkhead.js';
export { Bulkheads } from './bulkhead/bulkheads.js';
export { AdaptiveBulkhead } from './concurrency-limit/adaptive-bulkhead.js';
export { AdaptiveBulkheads } from './concurrency-limit/adaptive-bulkheads.js';
export { samplingInterceptor } from './concurrency-limit/sampling-interceptor.js';
export { clientThrottlingInterceptor } from './client-throttling/client-throttling-interceptor.js';
export { MethodThrottles } from './client-throttling/method-throttles.js';
export { currentIncomingCall, leaveCall, serveCall, type IncomingCall } from './incoming/incoming-call.js';
export { incomingCallInterceptor } from './incoming/incoming-call-interceptor.js';
export { propagationInterceptor, type Propagation } from './incoming/propagation-interceptor.js';
export { NO_RETRY_KEY } from './incoming/no-retry.js';
export { hedgingInterceptor } from './hedging/hedging-interceptor.js';
export { methodHedging, type MethodHedging } from './hedging/method-hedging.js';
export type { HedgingDelay } from './hedging/hedging-delay.js';
export { attemptsOf } from './attempts/attempts-of.js';
export type { AttemptRecord } from './attempts/attempt-record.js';
export * from './telemetry/metrics/index.js';
export { ForwardingCall } from './call/forwarding-call.js';
export type {
  PropagatorLike,
  RpcConventions,
  TracerProviderLike,
  TracingOptions,
} from './telemetry/tracing/tracing-options.js';
export type { TracingPolicies } from './telemetry/tracing/tracing-policies.js';
export { GrpcTraceBinPropagator, type ContextLike } from './telemetry/tracing/grpc-trace-bin-propagator.js';
