import type { DurationString } from './duration-string.js';
import type { LoadBalancingConfigJson } from './load-balancing-json.js';

/**
 * A gRPC service config (grpc.service_config.ServiceConfig in its JSON form), as far as this version implements it.
 * Unknown fields are ignored with a `warning` event (gRFC A2); known ones that are not implemented are refused by name.
 * The package has the same as a JSON Schema for editors: `fairlead/service-config.schema.json`.
 */
export interface ServiceConfigJson {
  /** For editors: where the JSON Schema of the file is. Never read. */
  readonly $schema?: string;
  /** The first policy that is supported is used; without any, `peak_ewma`. */
  readonly loadBalancingConfig?: readonly LoadBalancingConfigJson[];
  /** Deprecated by gRPC; used when `loadBalancingConfig` is absent. */
  readonly loadBalancingPolicy?: 'round_robin' | 'pick_first';
  /** What holds for which methods. The most exact name wins: method, then service, then `{}`. */
  readonly methodConfig?: readonly MethodConfigJson[];
  /**
   * A token bucket for the retries and hedges of the whole channel (gRFC A6), instead of the `retryBudget` of the
   * options. Default none.
   */
  readonly retryThrottling?: RetryThrottlingJson;
  /** Whether and as what the health of each pod is checked (gRFC A17), for all policies but `pick_first`. Default none. */
  readonly healthCheckConfig?: HealthCheckConfigJson;
  /** gRFC A105. Checked, and without effect: a pod has one connection, and larger numbers are clamped to it, with a warning. */
  readonly connectionScaling?: ConnectionScalingJson;
  /** Extensions of ours for the whole channel, which other clients ignore. */
  readonly fairlead?: ChannelExtensionJson;
}

/**
 * What holds for all calls of a channel. The same as the options of these names: what both say is refused; in a resolver's
 * config it is warned of, and the option wins.
 */
export interface ChannelExtensionJson {
  /** An adaptive limit of the calls under way at once, of all methods together. `{}` takes all defaults. Default none. */
  readonly concurrencyLimit?: ConcurrencyLimitJson;
  /** Limits retries and hedges to a share of the calls. `{}` takes all defaults, as does its absence. Not beside `retryThrottling`. */
  readonly retryBudget?: RetryBudgetJson;
  /** Rejects calls here that the callee would reject, whatever their method. `{}` takes all defaults. Default none. */
  readonly clientThrottling?: ClientThrottlingJson;
  /**
   * How much earlier than the call that is being served its own calls end: the time to answer with what they brought. Default
   * `'0s'`; `'0s'` or more.
   */
  readonly deadlineMargin?: DurationString;
}

export interface RetryBudgetJson {
  /** Further attempts per call: 0.2 is one for each five calls. Default 0.2; 0 to 1 000. */
  readonly ratio?: number;
  /** Further attempts per second, whatever the calls. Default 10; 0 to 1 000 000. */
  readonly minPerSecond?: number;
  /** How long a call counts. Default `'10s'`; `'1s'` to `'60s'`. */
  readonly ttl?: DurationString;
}

/** Client-side throttling of Google's SRE book. */
export interface ClientThrottlingJson {
  /** K of the rule: so many calls go out for each one that the callee accepts. Default 2; 1 to 100. */
  readonly multiplier?: number;
  /** How long an outcome counts. Default `'120s'`; `'1s'` to `'3600s'`. */
  readonly window?: DurationString;
}

export interface RetryThrottlingJson {
  /** Tokens of a full bucket: an integer, 1 to 1 000. Attempts that fail take one; more than half must be left. */
  readonly maxTokens: number;
  /** What a successful call gives back: above 0; three decimals count. */
  readonly tokenRatio: number;
}

export interface HealthCheckConfigJson {
  /**
   * The service that each pod's server is asked for on `grpc.health.v1.Health/Watch`; `''` is the whole server. Without it nothing is
   * checked. The option `healthChecking: false` asks nobody, whatever stands here.
   */
  readonly serviceName?: string;
}

export interface ConnectionScalingJson {
  /** 0 to 4 294 967 295. Default 1; more than 1 counts as 1. */
  readonly maxConnectionsPerSubchannel?: number;
}

export interface MethodConfigJson {
  /** `{}` means every method, `{ service }` every method of a service. */
  readonly name: readonly { readonly service?: string; readonly method?: string }[];
  /**
   * Deadline of a call, from its start; the caller's own when that is earlier. Default none; `'0s'` or more. `'0s'` does
   * not mean none: the calls fail at once with DEADLINE_EXCEEDED.
   */
  readonly timeout?: DurationString;
  /** Wait for a ready pod instead of failing while none is. Default false; the caller's own word wins. */
  readonly waitForReady?: boolean;
  /**
   * The largest message that a call may send, in bytes before compression: 0 to 4 294 967 295. A larger one ends the call with
   * RESOURCE_EXHAUSTED, and is not sent. Default: no limit but `grpc.max_send_message_length`; the smaller of the two counts.
   */
  readonly maxRequestMessageBytes?: number;
  /**
   * The largest message that a call may receive, in bytes after decompression: 0 to 4 294 967 295. A larger one ends the call
   * with RESOURCE_EXHAUSTED. Default: no limit but `grpc.max_receive_message_length` (4 MiB when it is not set), which also
   * bounds the memory that a response may take; the smaller of the two counts.
   */
  readonly maxResponseMessageBytes?: number;
  /** For attempts that the server may have processed (gRFC A6). Others are retried without it. */
  readonly retryPolicy?: RetryPolicyJson;
  /**
   * Sends a call that is not answered soon to another pod as well (gRFC A6). For methods that may run several times. Not
   * beside `retryPolicy`.
   */
  readonly hedgingPolicy?: HedgingPolicyJson;
  /** Extensions of ours, which other clients ignore. */
  readonly fairlead?: MethodExtensionJson;
}

export interface MethodExtensionJson {
  readonly circuitBreaker?: CircuitBreakerJson;
  readonly bulkhead?: BulkheadJson;
  readonly concurrencyLimit?: ConcurrencyLimitJson;
  /**
   * Rejects calls of the method here that its callee would reject, with UNAVAILABLE; each method has a throttle of its own, also
   * when the config names a service or everything. The channel may have one beside it. `{}` takes all defaults. Default none.
   */
  readonly clientThrottling?: ClientThrottlingJson;
  /**
   * How much earlier than the call that is being served the method's calls end. `'0s'` or more. Default: what holds for the
   * channel.
   */
  readonly deadlineMargin?: DurationString;
  /**
   * The longest time for one attempt, its whole response included: then it is cancelled on the wire, and counts as
   * DEADLINE_EXCEEDED that the server may have processed. It is repeated where `retryableStatusCodes` lists that. Above
   * 0; not longer than `timeout`. Not for streams that are meant to last. Default none. The like of Envoy's
   * `per_try_timeout`.
   */
  readonly perAttemptTimeout?: DurationString;
  /**
   * A percentile of the method's own latencies as hedging delay, `'p50'` to `'p99.9'`: `'p95'` hedges 5 % of the calls,
   * and no more, unless `hedgingRatio` says otherwise. `hedgingPolicy.hedgingDelay` holds until 100 answers are measured, `max` without it. Default none.
   */
  readonly hedgingDelay?: Percentile | MeasuredDelayJson;
  /**
   * Hedges that may be sent for each call of the last 10 s: 0 to 1. Default 0.05, or what is beyond the percentile of a
   * measured `hedgingDelay`; besides, one in 10 s. 0 sends none while another attempt is under way; 1 sends as many as
   * `hedgingPolicy` and the retry budget allow, as gRPC does. An attempt after the failure of all others is none of them.
   * Not without `hedgingPolicy`. gRPC has no such limit.
   */
  readonly hedgingRatio?: number;
}

/**
 * Fails a method's calls at once while too many of them fail. Each method has a breaker of its own, also when the config
 * names a service or everything. `{}` takes all defaults. See `channel.breaker(path)`.
 */
export interface CircuitBreakerJson {
  /** Opens when a larger share than this of the calls in the window failed: 0 to below 1. Default 0.5. */
  readonly failureRatio?: number;
  /** Calls that must have ended in the window before it may open: at least 1. Default 20. */
  readonly requestVolume?: number;
  /** How long an outcome is remembered: 0.01 s to 24 days. Default `'10s'`. */
  readonly window?: DurationString;
  /** How long it stays open before a single call may probe: 1 ms to 24 days. Default `'10s'`. */
  readonly openTime?: DurationString;
  /** A probe without an outcome after this time has failed. Default: `openTime`. */
  readonly probeTimeout?: DurationString;
  /**
   * Statuses that count as failures; all others show that the callee is well. Default UNAVAILABLE, DEADLINE_EXCEEDED,
   * INTERNAL, UNKNOWN, DATA_LOSS, RESOURCE_EXHAUSTED. A call that never left the process does not count at all.
   */
  readonly failureStatusCodes?: readonly (string | number)[];
}

/** Limits how many calls are under way at once; a stream is, until its end. */
export interface BulkheadJson {
  /** At least 1. */
  readonly maxConcurrent: number;
  /** How many more may wait, each at most until its deadline; others end with RESOURCE_EXHAUSTED. Default 0. */
  readonly maxQueue?: number;
  /** Methods of the same group share one bulkhead and must agree on its limits. Default: one for each method. */
  readonly group?: string;
  /** Who of those that wait goes first: the higher number, then the earlier call. Only with `group`. Default 0. */
  readonly priority?: number;
}

/**
 * A bulkhead whose size is learnt: a method's calls under way at once, streams until their end. Each method has its own; not
 * beside `bulkhead`. `{}` takes all defaults.
 */
export interface ConcurrencyLimitJson {
  /**
   * `gradient` follows the latency and stays below what makes the callee slow; `aimd` follows its refusals (UNAVAILABLE,
   * RESOURCE_EXHAUSTED, DEADLINE_EXCEEDED). Default `gradient`.
   */
  readonly algorithm?: 'gradient' | 'aimd';
  /** Before anything is known: from `minLimit` to `maxLimit`. Default 20, or the nearer of the two. */
  readonly initialLimit?: number;
  /** The limit never falls below: at least 1. Default 5. */
  readonly minLimit?: number;
  /** The limit never grows above: at least `minLimit`. Default 200. */
  readonly maxLimit?: number;
  /** How many more may wait, each at most until its deadline; others end with RESOURCE_EXHAUSTED. Default 0. */
  readonly maxQueue?: number;
  /** Only `gradient`: so many times the usual latency is not taken for a queue yet. 1 to 5. Default 1.25. */
  readonly tolerance?: number;
  /** Only `aimd`: what a drop leaves of the limit. At least 0.5, below 1. Default 0.9. */
  readonly backoffRatio?: number;
  /** Only `aimd`: a call that took longer counts as dropped. Above `'0s'`. Default `'5s'`. */
  readonly latencyThreshold?: DurationString;
}

/** `'p95'`: the time within which 95 % of the calls are answered. */
export type Percentile = `p${number}`;

export interface MeasuredDelayJson {
  readonly quantile: Percentile;
  /** The delay is never shorter. Above 0. Default `'0.001s'`. */
  readonly min?: DurationString;
  /** The delay is never longer. Not below `min`. Default `'10s'`. */
  readonly max?: DurationString;
}

export interface HedgingPolicyJson {
  /**
   * Attempts in all, the first one included: at least 2; more than 5 count as 5. How many of the calls have more than one
   * at a time is held back by `fairlead.hedgingRatio`, to 5 % by default.
   */
  readonly maxAttempts: number;
  /** The time from one attempt to the next. Default `'0s'`: all at once. */
  readonly hedgingDelay?: DurationString;
  /** Statuses that do not end the call while another attempt may be answered. Names in any case, or numbers. Default none. */
  readonly nonFatalStatusCodes?: readonly (string | number)[];
}

export interface RetryPolicyJson {
  /** Attempts in all, the first one included: at least 2; more than 5 count as 5. */
  readonly maxAttempts: number;
  /**
   * The wait before the second attempt, with a jitter of ± 20 % like all of them. No default; above `'0s'`. A server's
   * pushback replaces it.
   */
  readonly initialBackoff: DurationString;
  /** No wait is longer before its jitter. No default; above `'0s'`. Less than `initialBackoff` shortens that one, too. */
  readonly maxBackoff: DurationString;
  /** Each wait is this many times the one before. No default; above 0. 1 is a constant wait, less a shrinking one. */
  readonly backoffMultiplier: number;
  /** Names in any case, or numbers. */
  readonly retryableStatusCodes: readonly (string | number)[];
}
