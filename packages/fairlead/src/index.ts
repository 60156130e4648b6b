export { createChannel } from './create-channel.js';
export type { Channel } from './channel.js';
export type { ServiceConfigChange } from './service-config/apply-replacement.js';
export type { ChannelEvents, PolicyEvents } from './events/channel-events.js';
export type { AsOptions, MethodOptionTable, MethodSettings } from './method-settings.js';
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
} from '@fairlead/interceptors';
export type {
  ChannelHandle,
  EndpointsChange,
  MemberSnapshot,
  MemberStateChange,
  PoolEvents,
  PoolSnapshot,
  PoolWarning,
  ResolverSnapshot,
} from '@fairlead/pool';
export { FairleadError, InvalidOptionError, InvalidServiceConfigError, InvalidTargetError } from '@fairlead/core';
