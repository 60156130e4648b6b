import {
  custom,
  durationMs,
  InvalidOptionError,
  optional,
  readMethodOptions,
  resolveClientThrottling,
  resolveConcurrencyLimit,
  resolveOptions,
  resolveRetryBudget,
  resolveRetryThrottling,
  systemClock,
  systemRandom,
  type BalancingPolicyFactory,
  type ClientThrottlingOptions,
  type ConcurrencyLimitOptions,
  type ParsedServiceConfig,
  type ResolverFactory,
  type RetryThrottling,
  type TokenBucketBudgetOptions,
} from '@fairlead/core';
import {
  createPolicyContext,
  resolveMetricsOptions,
  type MetricsOptions,
  type PolicyContext,
  type PolicyContextOptions,
  type ResolvedMetricsOptions,
  type TracingOptions,
} from '@fairlead/interceptors';
import { kubernetesResolver } from '@fairlead/kubernetes';
import {
  POOL_OPTION_NAMES,
  splitChannelArguments,
  type ChannelArguments,
  type OwnPoolOptions,
  type PoolOptions,
} from '@fairlead/pool';
import type * as grpc from '@grpc/grpc-js';
import { knownPolicies } from './balancing-policies.js';
import type { MethodOptionTable } from './method-settings.js';
import { ChannelWideConfig } from './service-config/channel-wide-config.js';
import { LiveBudget } from './service-config/live-budget.js';
import { LiveServiceConfig } from './service-config/live-service-config.js';
import { looksUpByDefault } from './look-up-service-config.js';
import { messageCapsOf } from './service-config/message-caps-of.js';
import { ServiceConfigParser } from './service-config/service-config-parser.js';
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
   * given; both together are refused. It may be replaced later: `channel.setServiceConfig()`. The resolver's service config
   * counts only while neither is given (in gRPC it would win).
   */
  readonly serviceConfig?: ServiceConfigJson;
  /**
   * The service config that holds while the resolver has none, as the application's does in gRPC (gRFC A2): operators may
   * replace it. Not beside `serviceConfig`, which wins over the resolver's. Default: the empty one.
   */
  readonly defaultServiceConfig?: ServiceConfigJson;
  /**
   * Balancing policies of your own, to be chosen by name in `loadBalancingConfig` of any service config, also as children of
   * others. They win over built-in ones of the same name. Default none. `docs/own-policy.md` shows how to write one.
   * For a policy without a name there is `balancing`.
   */
  readonly balancingPolicies?: readonly BalancingPolicyFactory[];
  /**
   * What a service config says of methods, as typed options with durations in ms: by `'package.Service/Method'`,
   * `'package.Service'` or `'*'`. Default none. May stand beside a service config, as if its entries were in there: the most
   * exact name wins. The same name in both is refused; in a resolver's config it is warned of, and the option wins. A
   * service config that is set later leaves them in force.
   *
   * @example
   * const methods = { '*': { timeoutMs: 2_000 }, 'greeter.Greeter/SayHello': { timeoutMs: 500, circuitBreaker: {} } };
   */
  readonly methods?: MethodOptionTable;
  /**
   * Limits retries and hedges that cost something to a share of the calls. Default 20 % of the calls of the last 10 s plus
   * 10 per second; units and ranges stand at the fields of {@link TokenBucketBudgetOptions}. Not beside `retryThrottling`,
   * which takes its place. In a service config: `fairlead.retryBudget`.
   */
  readonly retryBudget?: TokenBucketBudgetOptions;
  /**
   * gRPC's token bucket for retries and hedges (gRFC A6), instead of `retryBudget`: full at first, a token less for each
   * failed attempt that might be repeated, `tokenRatio` (at least 0.001; three decimals count) more for each call that
   * succeeds, and attempts are repeated while more than half of `maxTokens` (an integer, 1 to 1 000) are left. Default none.
   * In a service config: `retryThrottling`.
   */
  readonly retryThrottling?: RetryThrottling;
  /**
   * An adaptive limit of the calls under way at once, of all methods together and streams until their end; `{}` takes all
   * defaults. What is too much ends with RESOURCE_EXHAUSTED. Default none. Methods may have limits of their own beside
   * it (`fairlead.concurrencyLimit`, `fairlead.bulkhead` of a `methodConfig` entry). In a service config:
   * `fairlead.concurrencyLimit`.
   */
  readonly concurrencyLimit?: ConcurrencyLimitOptions;
  /**
   * Rejects calls here that the callee would reject (client-side throttling of Google's SRE book; Envoy's admission control): with
   * the probability max(0, (requests − K · accepts) / (requests + 1)). Such a call ends with UNAVAILABLE and is not
   * retried. `{}` takes all defaults: K 2, over two minutes. Default: none is. Methods may be throttled each by itself beside it
   * (`clientThrottling` in `methods`). In a service config: `fairlead.clientThrottling`.
   */
  readonly clientThrottling?: ClientThrottlingOptions;
  /**
   * How much earlier than the call that is being served its own calls end, in ms: the time to answer with what they brought.
   * Counts for calls with the option `parent` of grpc-js, and for those made under `incomingCallInterceptor()`. Default 0;
   * at least 0. A method may have its own (`deadlineMarginMs` in `methods`). In a service config: `fairlead.deadlineMargin`.
   */
  readonly deadlineMarginMs?: number;
  /**
   * Standard client interceptors to run inside the channel, outermost first, around the policies. They see serialized
   * messages. Default none.
   */
  readonly interceptors?: readonly grpc.Interceptor[];
  /**
   * Spans of OpenTelemetry for calls and their attempts. Default `true`: as soon as the application has registered a tracer
   * provider, before or after this channel was made; without one nothing is loaded and nothing done. `false` for none. Where
   * `@opentelemetry/instrumentation-grpc` has made the span of a call, only those of its attempts are added.
   */
  readonly tracing?: boolean | TracingOptions;
  /**
   * OpenTelemetry metrics of the channel, with the MeterProvider that is given here and no other (gRFC A66). Default none, at
   * no cost. All instruments: `docs/reference/metrics.md`.
   */
  readonly metrics?: MetricsOptions;
}

/** Everything that a channel is made of, checked. */
export interface ResolvedChannelOptions {
  readonly pool: PoolOptions;
  readonly serviceConfig: LiveServiceConfig;
  /** What is suspicious about the service config. */
  readonly warnings: readonly string[];
  readonly budget: LiveBudget;
  /** What the options say of the whole channel, whatever the service config. */
  readonly channelWide: ChannelWideConfig;
  readonly policies: PolicyContext;
  readonly interceptors: readonly grpc.Interceptor[];
  readonly metrics: ResolvedMetricsOptions | undefined;
}

const asGiven = custom((value) => value);

/** Makes nothing until a target asks for it. */
const KUBERNETES = kubernetesResolver();

const RULES = {
  serviceConfig: asGiven,
  defaultServiceConfig: asGiven,
  tracing: asGiven,
  balancingPolicies: custom(knownPolicies),
  methods: custom(readMethodOptions),
  retryBudget: optional(custom(resolveRetryBudget)),
  retryThrottling: optional(custom(resolveRetryThrottling)),
  concurrencyLimit: optional(custom(resolveConcurrencyLimit)),
  clientThrottling: optional(custom(resolveClientThrottling)),
  deadlineMarginMs: optional(durationMs()),
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
export function resolveChannelOptions(target: string, options: ChannelOptions): ResolvedChannelOptions {
  const { own, channelArguments } = splitChannelArguments(options);
  const { 'grpc.service_config': text, ...forwarded } = channelArguments;
  const {
    serviceConfig: given,
    defaultServiceConfig,
    balancingPolicies,
    methods,
    retryBudget,
    retryThrottling,
    concurrencyLimit,
    clientThrottling,
    deadlineMarginMs,
    interceptors,
    tracing,
    metrics,
    ...pool
  } = resolveOptions(own, { ...POOL_RULES, ...RULES });
  const parser = new ServiceConfigParser(own, methods, balancingPolicies, messageCapsOf(channelArguments));
  const parsed = readServiceConfig(parser, given, text);
  const fallback = readDefault(parser, defaultServiceConfig, parsed);
  const whole = { retryBudget, retryThrottling, concurrencyLimit, clientThrottling, deadlineMarginMs };
  const channelWide = new ChannelWideConfig(whole);
  const serviceConfig = new LiveServiceConfig(parser, parsed, fallback);
  const budget = new LiveBudget(channelWide.budget(serviceConfig.current));
  const policies = policyContext(pool, channelArguments, {
    budget,
    target,
    tracing: tracing as boolean | TracingOptions,
  });
  policies.channelWide.configure(channelWide.policies(serviceConfig.current));
  return {
    pool: poolOptions(pool, forwarded, parsed, fallback),
    serviceConfig,
    warnings: (parsed ?? fallback)?.warnings ?? [],
    budget,
    channelWide,
    policies,
    interceptors,
    metrics,
  };
}

function poolOptions(
  own: Readonly<Record<string, unknown>>,
  channelArguments: Readonly<Record<string, unknown>>,
  parsed: ParsedServiceConfig | undefined,
  fallback: ParsedServiceConfig | undefined,
): PoolOptions {
  const loadBalancing = (parsed ?? fallback)?.config.loadBalancing;
  const { lookUpServiceConfig = looksUpByDefault(channelArguments, parsed) } = own;
  return {
    ...own,
    ...channelArguments,
    lookUpServiceConfig: lookUpServiceConfig as boolean,
    resolvers: withKubernetes(own['resolvers']),
    ...(loadBalancing && { balancing: loadBalancing.create }),
  };
}

/** The application's own come later, and count where both serve a scheme. What is no list is for the pool to refuse. */
function withKubernetes(resolvers: unknown = []): readonly ResolverFactory[] {
  return Array.isArray(resolvers) ? [KUBERNETES, ...(resolvers as ResolverFactory[])] : (resolvers as []);
}

function policyContext(
  own: Readonly<Record<string, unknown>>,
  channelArguments: Readonly<Record<string, unknown>>,
  options: PolicyContextOptions,
): PolicyContext {
  const { clock = systemClock, random = systemRandom, eventLoopStallMs } = own as OwnPoolOptions;
  return createPolicyContext({
    ...(eventLoopStallMs === undefined ? {} : { eventLoopStallMs }),
    clock,
    random,
    perCallBufferBytes: bytes(channelArguments, 'grpc.per_rpc_retry_buffer_size', 2 ** 20),
    channelBufferBytes: bytes(channelArguments, 'grpc.retry_buffer_size', 2 ** 24),
    ...options,
  });
}

function bytes(channelArguments: Readonly<Record<string, unknown>>, name: string, fallback: number): number {
  const value = channelArguments[name] ?? fallback;
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return value;
  throw new InvalidOptionError(name, value, 'a number of bytes, at least 0');
}

/** @returns undefined when the application gives none. */
function readServiceConfig(
  parser: ServiceConfigParser,
  given: unknown,
  text: unknown,
): ParsedServiceConfig | undefined {
  if (given !== undefined && text !== undefined) {
    throw new InvalidOptionError('grpc.service_config', text, 'not set beside serviceConfig');
  }
  if (text !== undefined) return parser.parseFirst(parseJson(text), 'grpc.service_config');
  return given === undefined ? undefined : parser.parseFirst(given, 'serviceConfig');
}

/** Beside the application's own one it would never count. */
function readDefault(
  parser: ServiceConfigParser,
  json: unknown,
  parsed: ParsedServiceConfig | undefined,
): ParsedServiceConfig | undefined {
  if (json === undefined) return undefined;
  if (parsed === undefined) return parser.parseFirst(json, 'defaultServiceConfig');
  throw new InvalidOptionError('defaultServiceConfig', json, 'not set beside serviceConfig or grpc.service_config');
}

function parseJson(text: unknown): unknown {
  try {
    return JSON.parse(text as string);
  } catch {
    throw new InvalidOptionError('grpc.service_config', text, 'a service config as JSON text');
  }
}
