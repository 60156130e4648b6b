import { isDeepStrictEqual } from 'node:util';
import { builtInPolicies, parseLoadBalancingConfig, type ChosenPolicy } from '@fairlead/core';
import type { InterceptedChannel, PolicyContext } from '@fairlead/interceptors';
import type { Pool } from '@fairlead/pool';
import type { ChannelWideConfig } from './channel-wide-config.js';
import type { LiveBudget } from './live-budget.js';
import type { ConfigReplacement } from './live-service-config.js';

/** The service config of a channel changed, and is in force. */
export interface ServiceConfigChange {
  /** Who gave it: `application` (an option or `setServiceConfig`), `resolver`, or `default` when nobody gives one any more. */
  readonly source: ConfigReplacement['source'];
  /** Name of the balancing policy. */
  readonly policy: string;
  /**
   * The balancing policy or its figures are others than before. What is known of the pods (latencies, ejections) stays
   * where only figures differ, also of a child policy; another policy begins anew.
   */
  readonly policyChanged: boolean;
}

/** What of a channel follows its service config. */
export interface ConfigFollowers {
  readonly channel: InterceptedChannel;
  readonly pool: Pool;
  readonly policies: PolicyContext;
  readonly budget: LiveBudget;
  readonly channelWide: ChannelWideConfig;
}

/** What a pool balances by when neither the config nor an option says otherwise. */
const DEFAULT_POLICY = parseLoadBalancingConfig([{ peak_ewma: {} }], builtInPolicies, '');

/**
 * Puts a new config to work for the calls that follow. What it does not touch stays as it is: connections, what a balancing
 * policy of the same name knows, the breaker of a method whose breaker stays, the chain of a method whose config is equal.
 *
 * @throws what a balancing policy of the user throws when it is made; then nothing has changed.
 */
export function applyReplacement(
  { config, previous, source }: ConfigReplacement,
  { channel, pool, policies, budget, channelWide }: ConfigFollowers,
): ServiceConfigChange {
  const { loadBalancing = DEFAULT_POLICY } = config;
  const policyChanged = !samePolicy(loadBalancing, previous.loadBalancing ?? DEFAULT_POLICY);
  // First of all: a policy of the user may throw, and then nothing has changed.
  if (policyChanged) pool.setBalancing(loadBalancing.create);
  pool.setHealthCheck(config.healthCheck?.serviceName);
  budget.configure(channelWide.budget(config));
  policies.channelWide.configure(channelWide.policies(config));
  policies.breakers.review((path) => config.methodConfig(path).circuitBreaker);
  policies.bulkheads.review((path) => config.methodConfig(path).bulkhead);
  policies.concurrencyLimits.review((path) => config.methodConfig(path).concurrencyLimit);
  policies.throttles.review((path) => config.methodConfig(path).clientThrottling);
  const allChange = !isDeepStrictEqual(config.channel, previous.channel);
  channel.resetChains(
    (path) => allChange || !isDeepStrictEqual(config.methodConfig(path), previous.methodConfig(path)),
  );
  return { source, policy: pool.snapshot().policy, policyChanged };
}

function samePolicy(one: ChosenPolicy, other: ChosenPolicy): boolean {
  return one.name === other.name && isDeepStrictEqual(one.config, other.config);
}
