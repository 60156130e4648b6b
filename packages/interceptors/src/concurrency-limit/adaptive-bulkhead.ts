import {
  concurrencyLimitOf,
  type ConcurrencyLimit,
  type ConcurrencyLimitSettings,
  type LimitAlgorithm,
  type LimitSample,
} from '@fairlead/core';
import { Bulkhead, type BulkheadWords } from '../bulkhead/bulkhead.js';

const WORDS: BulkheadWords = {
  refused: 'The concurrency limit is reached',
  reason: 'the concurrency limit was reached',
  waiting: 'while waiting for a place within the concurrency limit',
  place: 'for a place within the concurrency limit',
};

/** A bulkhead whose size is learnt from how the calls fare. */
export class AdaptiveBulkhead extends Bulkhead {
  #settings: ConcurrencyLimitSettings;
  #limit: ConcurrencyLimit;

  /** @param name for messages: a path, or what else it is for. */
  constructor(name: string, settings: ConcurrencyLimitSettings) {
    const limit = concurrencyLimitOf(settings);
    super(name, { maxConcurrent: limit.limit, maxQueue: settings.maxQueue });
    this.#settings = settings;
    this.#limit = limit;
  }

  /** How its size is learnt. */
  get algorithm(): LimitAlgorithm {
    return this.#settings.algorithm;
  }

  override get words(): BulkheadWords {
    return WORDS;
  }

  override describe(): string {
    return `${super.describe()}; limit by ${this.#settings.algorithm}`;
  }

  /** A call told something of the callee. @param now of `Clock.now()`. */
  learn(sample: LimitSample, now: number): void {
    this.#limit.add(sample, now);
    if (this.#limit.limit !== this.limits.maxConcurrent) this.#apply();
  }

  /** Other settings begin anew; the same ones change nothing. */
  reconfigure(settings: ConcurrencyLimitSettings): void {
    if (settings === this.#settings || JSON.stringify(settings) === JSON.stringify(this.#settings)) return;
    this.#settings = settings;
    this.#limit = concurrencyLimitOf(settings);
    this.#apply();
  }

  #apply(): void {
    this.resize({ maxConcurrent: this.#limit.limit, maxQueue: this.#settings.maxQueue });
  }
}
