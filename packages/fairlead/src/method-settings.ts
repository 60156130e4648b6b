import type { DurationString } from './duration-string.js';
import type { MethodConfigJson, MethodExtensionJson } from './service-config-json.js';

/**
 * The same settings as options: a duration `x: '1.5s'` is `xMs: 1500`, everything else is as it is. It is made from the
 * types of the service config, so that a field of those has its twin here without another word.
 */
export type AsOptions<T> = T extends readonly unknown[]
  ? T
  : T extends object
    ? {
        readonly [K in keyof T as IsDuration<T[K]> extends true ? `${K & string}Ms` : K]: IsDuration<T[K]> extends true
          ? number
          : AsOptions<T[K]>;
      }
    : T;

type IsDuration<V> = [Exclude<V, undefined>] extends [DurationString] ? true : false;

/** The fields of a `methodConfig` entry that have another name as options. */
type Standard = Omit<MethodConfigJson, 'name' | 'retryPolicy' | 'hedgingPolicy' | 'fairlead'>;

/**
 * What holds for the calls of a method. The fields are those of a `methodConfig` entry of the service config, where their
 * ranges and defaults stand, with durations in ms: `timeoutMs`, `waitForReady`, `perAttemptTimeoutMs`, `circuitBreaker`,
 * `bulkhead`, `hedgingDelay`, …
 */
export interface MethodSettings extends AsOptions<Standard>, AsOptions<MethodExtensionJson> {
  /** `retryPolicy` of the service config (gRFC A6). Not beside `hedging`. */
  readonly retry?: AsOptions<NonNullable<MethodConfigJson['retryPolicy']>>;
  /** `hedgingPolicy` of the service config (gRFC A6). Not beside `retry`. */
  readonly hedging?: AsOptions<NonNullable<MethodConfigJson['hedgingPolicy']>>;
}

/**
 * Settings by method: `'package.Service/Method'`, `'package.Service'` or `'*'`. The most exact key that names a method holds
 * for it, and they are not merged (gRFC A2).
 */
export type MethodOptionTable = Readonly<Record<string, MethodSettings>>;
