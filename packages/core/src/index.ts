export type * from './time/clock.js';
export * from './time/system-clock.js';
export type * from './stall/loop-stalls.js';
export * from './stall/watch-loop.js';
export * from './stall/attentive-timer.js';
export type * from './random/random.js';
export * from './random/system-random.js';
export * from './random/uniform-index.js';
export * from './random/distinct-pair.js';
export * from './random/shuffle.js';
export * from './random/alias-table.js';
export * from './status/status-code.js';
export * from './errors/fairlead-error.js';
export * from './errors/invalid-option-error.js';
export * from './errors/invalid-target-error.js';
export * from './errors/invalid-service-config-error.js';
export * from './errors/unsupported-platform-error.js';
export * from './errors/format-value.js';
export * from './errors/codes.js';
export type * from './options/option-rule.js';
export * from './options/check.js';
export * from './options/nearest-name.js';
export * from './options/number-rules.js';
export * from './options/value-rules.js';
export type * from './log/log-level.js';
export type * from './log/event-code.js';
export type * from './log/logger.js';
export { checkLogger, logWriterOf, type LogWriter } from './log/log-writer.js';
export * from './log/event-log.js';
export type * from './hash/uint64.js';
export * from './hash/xxh64.js';
export * from './endpoint/address.js';
export * from './endpoint/endpoint.js';
export * from './endpoint/diff.js';
export * from './endpoint/validate-endpoints.js';
export type * from './resolver/resolver.js';
export type * from './target/target.js';
export * from './target/scheme-registry.js';
export * from './target/parse-target.js';
export { parseTargetUri, type TargetUri } from './target/target-uri.js';
export { encodeAuthority } from './target/percent.js';
export * from './target/host-port.js';
export type * from './health/health-source.js';
export type * from './load/load.js';
export * from './load/call-outcome.js';
export * from './load/outstanding.js';
export * from './load/ewma.js';
export * from './load/observed-load.js';
export { PeakEwmaLoad, type PeakEwmaOptions } from './load/peak-ewma.js';
export * from './orca/orca-load-report.js';
export * from './orca/decode-orca-load-report.js';
export * from './orca/encode-orca-load-report.js';
export * from './orca/encode-orca-load-report-request.js';
export type * from './pick/picker.js';
export * from './pick/balancing-policy.js';
export * from './pick/weight.js';
export * from './pick/hash-key.js';
export * from './pick/define-policy.js';
export * from './pick/nesting/member-stand-in.js';
export * from './pick/nesting/stand-ins.js';
export * from './pick/nesting/lift-update.js';
export * from './pick/connectivity.js';
export * from './pick/ready-members.js';
export * from './policies/round-robin.js';
export * from './policies/pick-first.js';
export * from './policies/least-loaded.js';
export * from './policies/peak-ewma-policy.js';
export type { FailureCodes } from './policies/ejection/failure-codes.js';
export * from './policies/outlier-detection/outlier-detection.js';
export type {
  FailurePercentageOptions,
  OutlierDetectionOptions,
  SuccessRateOptions,
} from './policies/outlier-detection/outlier-detection-options.js';
export * from './policies/failure-accrual/failure-accrual.js';
export type { FailureAccrualOptions } from './policies/failure-accrual/failure-accrual-options.js';
export {
  weightedRoundRobin,
  weightedRoundRobinPolicy,
  type WeightedRoundRobinOptions,
} from './policies/weighted-round-robin/weighted-round-robin.js';
export * from './policies/least-request.js';
export { priority, priorityPolicy, type PriorityOptions, type TierOptions } from './policies/tiers/priority.js';
export * from './policies/tiers/zone-preference.js';
export type { SlowStartOptions } from './policies/sampling/slow-start.js';
export * from './policies/ring-hash/ring-hash-policy.js';
export type { RingHashOptions } from './policies/ring-hash/ring-hash-options.js';
export * from './policies/subsetting/random-subsetting.js';
export * from './policies/subsetting/deterministic-aperture.js';
export * from './pick/load-balancing-config.js';
export * from './policies/built-in-policies.js';
export type * from './attempt/attempt-kind.js';
export type * from './attempt/failure-class.js';
export * from './attempt/attempt-context.js';
export * from './attempt/classify-failure.js';
export * from './attempt/credentials-failure.js';
export * from './attempt/local-end.js';
export * from './retry/backoff.js';
export * from './retry/pushback.js';
export type * from './retry/budget.js';
export * from './retry/token-bucket-budget.js';
export type { RetryBudgetSettings } from './retry/retry-budget-settings.js';
export * from './retry/token-throttle.js';
export type * from './limit/concurrency-limit.js';
export { AimdLimit, type AimdSettings } from './limit/aimd-limit.js';
export { GradientLimit, type GradientSettings } from './limit/gradient-limit.js';
export type { LimitBounds } from './limit/limit-bounds.js';
export {
  concurrencyLimitOf,
  type ConcurrencyLimitSettings,
  type LimitAlgorithm,
} from './limit/concurrency-limit-settings.js';
export { resolveConcurrencyLimit, type ConcurrencyLimitOptions } from './limit/concurrency-limit-options.js';
export * from './throttling/client-throttle.js';
export type { ClientThrottlingSettings } from './throttling/client-throttling-settings.js';
export * from './service-config/duration.js';
export type { BulkheadConfig } from './service-config/bulkhead-config.js';
export { BREAKER_FAILURES, type CircuitBreakerConfig } from './service-config/circuit-breaker-config.js';
export * from './latency/latency-window.js';
export type { HedgingPolicy } from './service-config/hedging-policy.js';
export type { MeasuredDelay } from './service-config/measured-delay.js';
export type { ChannelExtension } from './service-config/channel-extension.js';
export type { FairleadExtension } from './service-config/fairlead-extension.js';
export type { RetryPolicy } from './service-config/retry-policy.js';
export { resolveRetryThrottling } from './service-config/retry-throttling.js';
export { readMethodOptions, type MethodOption, type MethodOptions } from './service-config/method-options.js';
export type { MethodConfig } from './service-config/method-config.js';
export * from './service-config/service-config.js';
export * from './service-config/parse-service-config.js';
