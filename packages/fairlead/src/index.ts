export { createChannel } from './create-channel.js';
export type { Channel } from './channel.js';
export type { ChannelOptions, OwnChannelOptions } from './options.js';
export type {
  BulkheadJson,
  CircuitBreakerJson,
  DurationString,
  HedgingPolicyJson,
  LoadBalancingConfigJson,
  MeasuredDelayJson,
  MethodConfigJson,
  MethodExtensionJson,
  Percentile,
  RetryPolicyJson,
  RetryThrottlingJson,
  ServiceConfigJson,
} from './service-config-json.js';
export {
  attemptsOf,
  type AttemptRecord,
  type BreakerChange,
  type BreakerHandle,
  type BreakerState,
  type InstrumentGroup,
  type InstrumentName,
  type MeterProviderLike,
  type MetricsOptions,
} from '@fairlead/interceptors';
export type {
  ChannelHandle,
  DisconnectReason,
  EndpointsChange,
  MemberSnapshot,
  MemberStateChange,
  PoolCounters,
  PoolEvents,
  PoolSnapshot,
  PoolWarning,
  ResolverSnapshot,
} from '@fairlead/pool';
export { channelzHandlers } from '@fairlead/pool';
export { FairleadError, InvalidOptionError, InvalidServiceConfigError, InvalidTargetError } from '@fairlead/core';
