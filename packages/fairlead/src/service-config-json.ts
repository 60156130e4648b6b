/** A proto3 JSON duration: decimal seconds and the suffix `s`, e.g. `'0.25s'`. */
export type DurationString = `${string}s`;

/**
 * A gRPC service config (grpc.service_config.ServiceConfig in its JSON form), as far as this version implements it.
 * Unknown fields are ignored with a `warning` event (gRFC A2); known ones that are not implemented are refused by name.
 */
export interface ServiceConfigJson {
  /** The first policy that is supported is used: `peak_ewma` (the default without any), `round_robin`, `pick_first`. */
  readonly loadBalancingConfig?: readonly LoadBalancingConfigJson[];
  /** Deprecated by gRPC; used when `loadBalancingConfig` is absent. */
  readonly loadBalancingPolicy?: 'round_robin' | 'pick_first';
  /** What holds for which methods. The most exact name wins: method, then service, then `{}`. */
  readonly methodConfig?: readonly MethodConfigJson[];
}

/** One entry: exactly one key, the policy's name. */
export interface LoadBalancingConfigJson {
  readonly peak_ewma?: {
    /** How long a latency is remembered. Default `'10s'`. */
    readonly decayTime?: DurationString;
    /** What a failed call counts as, at least. Default `'5s'`. */
    readonly failurePenalty?: DurationString;
  };
  readonly round_robin?: Readonly<Record<string, never>>;
  readonly pick_first?: { readonly shuffleAddressList?: boolean };
  readonly [other: string]: unknown;
}

export interface MethodConfigJson {
  /** `{}` means every method, `{ service }` every method of a service. */
  readonly name: readonly { readonly service?: string; readonly method?: string }[];
  /** Deadline of a call; the caller's own when that is earlier. Default none. */
  readonly timeout?: DurationString;
  /** Wait for a ready pod instead of failing while none is. Default false; the caller's own word wins. */
  readonly waitForReady?: boolean;
  /** For attempts that the server may have processed (gRFC A6). Others are retried without it. */
  readonly retryPolicy?: RetryPolicyJson;
  /** What Fairlead adds to gRPC's own fields. Other clients ignore it. */
  readonly fairlead?: FairleadMethodConfigJson;
}

/** Policies of Fairlead's own. A method without them does not pay for them. */
export interface FairleadMethodConfigJson {
  readonly circuitBreaker?: CircuitBreakerJson;
  readonly bulkhead?: BulkheadJson;
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

export interface RetryPolicyJson {
  /** Attempts in all, the first one included: at least 2; more than 5 count as 5. */
  readonly maxAttempts: number;
  readonly initialBackoff: DurationString;
  readonly maxBackoff: DurationString;
  readonly backoffMultiplier: number;
  /** Names in any case, or numbers. */
  readonly retryableStatusCodes: readonly (string | number)[];
}
