/** Closed: calls pass. Open: none does. Half-open: one call may probe whether the callee is well again. */
export type BreakerState = 'closed' | 'open' | 'half-open';

/** What a call says of the callee. `neutral`: nothing (it was cancelled, or never left the process). */
export type Outcome = 'success' | 'failure' | 'neutral';

/**
 * Names the period of the breaker in which a call was admitted. An outcome of an earlier period says nothing about the
 * present one and is dropped.
 */
export type Admission = number;

/** A circuit breaker, as the policy needs it. Whoever was admitted leaves exactly once. */
export interface Breaker {
  readonly state: BreakerState;
  /** When a call may probe, in ms from now; 0 when that is now. Means something only while it is open. */
  readonly retryInMs: number;
  /** Admits a call, or refuses it (undefined). */
  enter(): Admission | undefined;
  leave(admission: Admission, outcome: Outcome): void;
  /** When it opened, until it closes; of `Clock.now()`. */
  readonly openedAt: number | undefined;
  open(): void;
  /** Is open as one that opened then: as soon as its time is over, a call may probe. */
  resume(openedAt: number): void;
  close(): void;
  /**
   * For good: no timer and no listener is left. It refuses nothing afterwards and learns nothing.
   * @returns the first period of a breaker that takes its place, so that no outcome of this one is taken for one of that.
   */
  shutdown(): Admission;
}
