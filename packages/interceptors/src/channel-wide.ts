import {
  ClientThrottle,
  durationMs,
  resolveConcurrencyLimit,
  type ClientThrottlingSettings,
  type ConcurrencyLimitOptions,
  type ConcurrencyLimitSettings,
} from '@fairlead/core';
import { AdaptiveBulkhead } from './concurrency-limit/adaptive-bulkhead.js';

const MARGIN = durationMs({ default: 0 });

/** What a channel begins with. */
export interface ChannelWideOptions {
  readonly concurrencyLimit?: ConcurrencyLimitOptions | undefined;
  readonly throttle?: ClientThrottle | undefined;
  readonly deadlineMarginMs?: number | undefined;
}

/** What holds for all calls of a channel; a field that is absent switches its policy off. */
export interface ChannelWideSettings {
  readonly concurrencyLimit?: ConcurrencyLimitSettings | undefined;
  readonly clientThrottling?: ClientThrottlingSettings | undefined;
  readonly deadlineMarginMs?: number | undefined;
}

/**
 * The policies of a channel that belong to no method, and may change while it lives. What stays keeps its state: the calls
 * that are under way, and what is known of the callee.
 */
export class ChannelWide {
  #limit: AdaptiveBulkhead | undefined;
  #isLimited: boolean;
  #throttle: ClientThrottle | undefined;
  #deadlineMarginMs: number;

  /** @throws InvalidOptionError */
  constructor({ concurrencyLimit: limit, throttle, deadlineMarginMs }: ChannelWideOptions) {
    this.#isLimited = limit !== undefined;
    this.#limit = limit && limitOf(resolveConcurrencyLimit(limit, 'concurrencyLimit'));
    this.#throttle = throttle;
    this.#deadlineMarginMs = MARGIN.check(deadlineMarginMs, 'deadlineMarginMs');
  }

  /** The adaptive limit of all calls together. */
  get limit(): AdaptiveBulkhead | undefined {
    return this.#isLimited ? this.#limit : undefined;
  }

  /** Rejects calls that the callee would reject, whatever their method. */
  get throttle(): ClientThrottle | undefined {
    return this.#throttle;
  }

  /** How much earlier than the call that is being served its own calls end, in ms, unless their method says otherwise. */
  get deadlineMarginMs(): number {
    return this.#deadlineMarginMs;
  }

  /** The limit, for metrics; also one that holds no more while calls that began under it are under way. */
  limits(): readonly AdaptiveBulkhead[] {
    return this.#limit?.present ? [this.#limit] : [];
  }

  /** Other settings from now on; the chains that have the old ones are to be made anew. */
  configure({ concurrencyLimit, clientThrottling, deadlineMarginMs = 0 }: ChannelWideSettings): void {
    this.#configureLimit(concurrencyLimit);
    if (clientThrottling === undefined) this.#throttle = undefined;
    else if (this.#throttle === undefined) this.#throttle = new ClientThrottle(clientThrottling);
    else this.#throttle.reconfigure(clientThrottling);
    this.#deadlineMarginMs = deadlineMarginMs;
  }

  /** A limit that is gone is kept, so that the calls under way count when it is back. */
  #configureLimit(settings: ConcurrencyLimitSettings | undefined): void {
    this.#isLimited = settings !== undefined;
    if (settings === undefined) {
      this.#limit?.users.review(() => false);
    } else if (this.#limit === undefined) {
      this.#limit = limitOf(settings);
    } else {
      this.#limit.users.add(ALL);
      this.#limit.reconfigure(settings);
    }
  }
}

/** Who has the limit: every method. */
const ALL = '';

function limitOf(settings: ConcurrencyLimitSettings): AdaptiveBulkhead {
  return new AdaptiveBulkhead('the channel', settings);
}
