/** How a client throttles itself; complete. */
export interface ClientThrottlingSettings {
  /** K of the rule: so many calls go out for each one that the callee accepts. 1 to 100. Default 2. */
  readonly multiplier: number;
  /** How long an outcome counts, in ms. 1 000 to 3 600 000. Default 120 000. */
  readonly windowMs: number;
}

export const DEFAULTS: ClientThrottlingSettings = { multiplier: 2, windowMs: 120_000 };

/** What a multiplier may be, for those who check it. */
export const MULTIPLIER = {
  isValid: (value: number): boolean => value >= 1 && value <= 100,
  expected: 'a number, 1 to 100',
};

/** What a window may be, in ms. */
export const WINDOW_MS = { min: 1_000, max: 3_600_000 };
