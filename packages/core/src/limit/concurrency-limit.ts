/** What one call told of the callee. */
export interface LimitSample {
  /** From its start to the first message of its answer, in ms. */
  readonly latencyMs: number;
  /** Calls under way when it began, itself included. */
  readonly inFlight: number;
  /** The callee did not take it, or did not answer in time. Then the latency means nothing to an average. */
  readonly dropped: boolean;
}

/**
 * How many calls may be under way at once, learnt from how they fare. Whoever asks holds no more than `limit` and tells of
 * the calls that end; a call that says nothing of the callee (cancelled, never sent) is not told.
 */
export interface ConcurrencyLimit {
  /** A whole number, at least 1. May change with every sample. */
  readonly limit: number;
  /** @param now of `Clock.now()`: when the sample ended. */
  add(sample: LimitSample, now: number): void;
}
