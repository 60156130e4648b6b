/** How much a ratio budget allows; complete. */
export interface RetryBudgetSettings {
  /** Further attempts per call. 0 to 1 000. Default 0.2. */
  readonly ratio: number;
  /** Further attempts per second, whatever the calls. 0 to 1 000 000. Default 10. */
  readonly minPerSecond: number;
  /** How long a call counts, in ms. 1 000 to 60 000. Default 10 000. */
  readonly ttlMs: number;
}

export const DEFAULTS: RetryBudgetSettings = { ratio: 0.2, minPerSecond: 10, ttlMs: 10_000 };

/** The largest of each, for those who check them; the least is 0. */
export const MAX = { ratio: 1_000, minPerSecond: 1_000_000 };

/** What a time to live may be, in ms. */
export const TTL_MS = { min: 1_000, max: 60_000 };
