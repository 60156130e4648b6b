export { createChannel } from './create-channel.js';
export type { DurationString } from './duration-string.js';
export type { Channel, ChannelSnapshot } from './channel.js';
export type { ServiceConfigSource, ServiceConfigStanding } from './service-config/live-service-config.js';
export {
  validateServiceConfig,
  type ServiceConfigReport,
  type ValidationOptions,
} from './service-config/validate-service-config.js';
export type { ServiceConfigChange } from './service-config/apply-replacement.js';
export type { ChannelEvents, PolicyEvents } from './events/channel-events.js';
export type { AsOptions, MethodOptionTable, MethodSettings } from './method-settings.js';
export type { ChannelOptions, OwnChannelOptions } from './options.js';
export type {
  FailureAccrualJson,
  FailurePercentageEjectionJson,
  DeterministicApertureJson,
  LeastRequestJson,
  LoadBalancingConfigJson,
  OutlierDetectionJson,
  RandomSubsettingJson,
  RingHashJson,
  SuccessRateEjectionJson,
  WeightedRoundRobinJson,
  SlowStartJson,
  TierPolicyJson,
} from './load-balancing-json.js';
export type {
  BulkheadJson,
  ChannelExtensionJson,
  CircuitBreakerJson,
  ClientThrottlingJson,
  ConcurrencyLimitJson,
  ConnectionScalingJson,
  HealthCheckConfigJson,
  HedgingPolicyJson,
  MeasuredDelayJson,
  MethodConfigJson,
  MethodExtensionJson,
  Percentile,
  RetryBudgetJson,
  RetryPolicyJson,
  RetryThrottlingJson,
  ServiceConfigJson,
} from './service-config-json.js';
export {
  attemptsOf,
  currentIncomingCall,
  incomingCallInterceptor,
  leaveCall,
  NO_RETRY_KEY,
  serveCall,
  type AttemptRecord,
  type BreakerChange,
  type BreakerHandle,
  type BreakerState,
  type IncomingCall,
  GrpcTraceBinPropagator,
  type TracingOptions,
  type InstrumentGroup,
  type InstrumentName,
  type MeterProviderLike,
  type MetricsOptions,
} from '@fairlead/interceptors';
export { fileCredentials, UnusableCredentialsError } from '@fairlead/pool';
export type {
  ChannelHandle,
  CredentialsSource,
  DisconnectReason,
  EndpointsChange,
  FileCredentials,
  FileCredentialsOptions,
  MemberSnapshot,
  MemberStateChange,
  PoolCounters,
  PoolEvents,
  PoolSnapshot,
  PoolWarning,
  ResolverSnapshot,
} from '@fairlead/pool';
export { channelzHandlers } from '@fairlead/pool';
export {
  crossCheck,
  dnsResolverFactory,
  fallback,
  lastKnownGood,
  type CrossCheckOptions,
  type EndpointEntry,
  type EndpointFile,
  type FallbackOptions,
  type LastKnownGood,
  type LastKnownGoodOptions,
  type ResolverSource,
} from '@fairlead/pool';
export { kubernetesResolver, type KubernetesResolverOptions } from '@fairlead/kubernetes';
export { leastRequest, peakEwma, pickFirst, priority, roundRobin, zonePreference } from '@fairlead/core';
export type { LeastRequestOptions, PeakEwmaPolicyOptions, PickFirstOptions, SlowStartOptions } from '@fairlead/core';
export {
  failureAccrual,
  outlierDetection,
  type FailureAccrualOptions,
  type FailureCodes,
  type FailurePercentageOptions,
  type OutlierDetectionOptions,
  type SuccessRateOptions,
} from '@fairlead/core';
export { weightedRoundRobin, type WeightedRoundRobinOptions } from '@fairlead/core';
export {
  deterministicAperture,
  FairleadError,
  InvalidOptionError,
  InvalidServiceConfigError,
  InvalidTargetError,
  randomSubsetting,
  ringHash,
  setHashKey,
  type DeterministicApertureOptions,
  type RandomSubsettingOptions,
  type RingHashOptions,
} from '@fairlead/core';
