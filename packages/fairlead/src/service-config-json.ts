/**
 * A proto3 JSON duration: decimal seconds, at most nine decimal places, and the suffix `s`, e.g. `'0.25s'`. There must be
 * a digit before the point (`'.5s'` is refused). No field here takes a negative one.
 */
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
    /** How long a latency is remembered. Default `'10s'`; `'0.001s'` to `'600s'`. */
    readonly decayTime?: DurationString;
    /** What a failed call counts as, at least. Default `'5s'`; `'0s'` (failures cost what they took) to `'600s'`. */
    readonly failurePenalty?: DurationString;
  };
  readonly round_robin?: Readonly<Record<string, never>>;
  readonly pick_first?: { readonly shuffleAddressList?: boolean };
  readonly [other: string]: unknown;
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
  /** For attempts that the server may have processed (gRFC A6). Others are retried without it. */
  readonly retryPolicy?: RetryPolicyJson;
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
