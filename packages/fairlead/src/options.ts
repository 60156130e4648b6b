import {
  builtInPolicies,
  custom,
  InvalidOptionError,
  optional,
  parseServiceConfig,
  resolveOptions,
  systemClock,
  systemRandom,
  TokenBucketBudget,
  TokenThrottle,
  type ParsedServiceConfig,
  type RetryBudget,
  type TokenBucketBudgetOptions,
} from '@fairlead/core';
import {
  createPolicyContext,
  resolveMetricsOptions,
  type MetricsOptions,
  type PolicyContext,
  type ResolvedMetricsOptions,
} from '@fairlead/interceptors';
import {
  POOL_OPTION_NAMES,
  splitChannelArguments,
  type ChannelArguments,
  type OwnPoolOptions,
  type PoolOptions,
} from '@fairlead/pool';
import type * as grpc from '@grpc/grpc-js';
import type { ServiceConfigJson } from './service-config-json.js';

/**
 * Options of {@link createChannel}. All have safe defaults: without any, calls have no deadline but the caller's, unsent
 * and refused attempts are retried on another pod, load is balanced by `peak_ewma`, and keepalive is off.
 *
 * `grpc.*` channel arguments may stand beside them, so that `createChannel` fits wherever grpc-js wants a channel factory.
 */
export type ChannelOptions = ChannelArguments & OwnChannelOptions;

/** The options that are ours. */
export interface OwnChannelOptions extends OwnPoolOptions {
  /**
   * Balancing, and per method: deadline, retries, waiting. `grpc.service_config` (JSON text) is read when this is not
   * given; both together are refused.
   */
  readonly serviceConfig?: ServiceConfigJson;
  /**
   * Limits retries and hedges that cost something to a share of the calls. Default 20 % of the calls of the last 10 s plus
   * 10 per second; units and ranges stand at the fields of {@link TokenBucketBudgetOptions}. Not beside `retryThrottling`
   * of the service config, which takes its place.
   */
  readonly retryBudget?: TokenBucketBudgetOptions;
  /**
   * Standard client interceptors to run inside the channel, outermost first, around the policies. They see serialized
   * messages. Default none.
   */
  readonly interceptors?: readonly grpc.Interceptor[];
  /**
   * OpenTelemetry metrics of the channel, with the MeterProvider that is given here and no other (gRFC A66). Default none, at
   * no cost. All instruments: `docs/reference/metrics.md`.
   */
  readonly metrics?: MetricsOptions;
}

/** Everything that a channel is made of, checked. */
export interface ResolvedChannelOptions {
  readonly pool: PoolOptions;
  readonly serviceConfig: ParsedServiceConfig;
  readonly policies: PolicyContext;
  readonly interceptors: readonly grpc.Interceptor[];
  readonly metrics: ResolvedMetricsOptions | undefined;
}

const asGiven = custom((value) => value);

const RULES = {
  serviceConfig: asGiven,
  retryBudget: custom(
    (value, name): RetryBudget => new TokenBucketBudget(value as TokenBucketBudgetOptions | undefined, name),
  ),
  interceptors: custom((value, name): readonly grpc.Interceptor[] => {
    if (value === undefined) return [];
    if (Array.isArray(value) && value.every((one) => typeof one === 'function'))
      return [...(value as grpc.Interceptor[])];
    throw new InvalidOptionError(name, value, 'a list of interceptors (functions)');
  }),
  metrics: optional(custom(resolveMetricsOptions)),
};

/** The pool checks its own options; here they are only known by name, so that a misspelt one finds its nearest among all. */
const POOL_RULES = Object.fromEntries(POOL_OPTION_NAMES.map((name) => [name, asGiven]));

/** @throws InvalidOptionError, InvalidServiceConfigError */
export function resolveChannelOptions(options: ChannelOptions): ResolvedChannelOptions {
  const { own, channelArguments } = splitChannelArguments(options);
  const { 'grpc.service_config': text, ...forwarded } = channelArguments;
  const {
    serviceConfig: given,
    retryBudget,
    interceptors,
    metrics,
    ...pool
  } = resolveOptions(own, { ...POOL_RULES, ...RULES });
  const serviceConfig = readServiceConfig(given, text);
  return {
    pool: poolOptions(pool, forwarded, serviceConfig),
    serviceConfig,
    policies: policyContext(pool, channelArguments, budgetOf(own, retryBudget, serviceConfig)),
    interceptors,
    metrics,
  };
}

function poolOptions(
  own: Readonly<Record<string, unknown>>,
  channelArguments: Readonly<Record<string, unknown>>,
  { config }: ParsedServiceConfig,
): PoolOptions {
  const { loadBalancing } = config;
  if (loadBalancing === undefined) return { ...own, ...channelArguments };
  if (own['balancing'] !== undefined) {
    throw new InvalidOptionError('balancing', own['balancing'], 'not set beside serviceConfig.loadBalancingConfig');
  }
  return { ...own, ...channelArguments, balancing: loadBalancing.create };
}

/** The token bucket of the service config where it has one, the ratio budget otherwise; both together are refused. */
function budgetOf(
  own: Readonly<Record<string, unknown>>,
  ratioBudget: RetryBudget,
  { config: { retryThrottling } }: ParsedServiceConfig,
): RetryBudget {
  if (retryThrottling === undefined) return ratioBudget;
  if (own['retryBudget'] === undefined) return new TokenThrottle(retryThrottling);
  throw new InvalidOptionError('retryBudget', own['retryBudget'], 'not set beside serviceConfig.retryThrottling');
}

function policyContext(
  own: Readonly<Record<string, unknown>>,
  channelArguments: Readonly<Record<string, unknown>>,
  budget: RetryBudget,
): PolicyContext {
  const { clock = systemClock, random = systemRandom } = own as OwnPoolOptions;
  return createPolicyContext({
    clock,
    random,
    budget,
    perCallBufferBytes: bytes(channelArguments, 'grpc.per_rpc_retry_buffer_size', 2 ** 20),
    channelBufferBytes: bytes(channelArguments, 'grpc.retry_buffer_size', 2 ** 24),
  });
}

function bytes(channelArguments: Readonly<Record<string, unknown>>, name: string, fallback: number): number {
  const value = channelArguments[name] ?? fallback;
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return value;
  throw new InvalidOptionError(name, value, 'a number of bytes, at least 0');
}

function readServiceConfig(given: unknown, text: unknown): ParsedServiceConfig {
  if (given !== undefined && text !== undefined) {
    throw new InvalidOptionError('grpc.service_config', text, 'not set beside serviceConfig');
  }
  if (text === undefined) {
    return parseServiceConfig(given === undefined ? {} : given, { policies: builtInPolicies, path: 'serviceConfig' });
  }
  return parseServiceConfig(parseJson(text), { policies: builtInPolicies, path: 'grpc.service_config' });
}

function parseJson(text: unknown): unknown {
  try {
    return JSON.parse(text as string);
  } catch {
    throw new InvalidOptionError('grpc.service_config', text, 'a service config as JSON text');
  }
}
