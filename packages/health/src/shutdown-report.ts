/**
 * Where a shutdown stands.
 * - `serving`: it has not begun.
 * - `announcing`: every service is NOT_SERVING, and calls are still accepted, while the news travels.
 * - `draining`: no new connections and calls; those that run may finish.
 * - `forcing`: the connections are being destroyed.
 * - `ended`: the server has no listener and no connection.
 */
export type ShutdownPhase = 'serving' | 'announcing' | 'draining' | 'forcing' | 'ended';

/** What began a shutdown: a signal, or a call of `shutdown()` or `force()`. */
export type ShutdownTrigger = NodeJS.Signals | 'call';

/**
 * How a shutdown ended.
 * - `drained`: every call finished by itself.
 * - `deadline`: `drainTimeoutMs` was over; the calls that still ran were cut. Their clients see UNAVAILABLE or CANCELLED.
 * - `forced`: a second signal, or `force()`, did not want to wait.
 */
export type ShutdownOutcome = 'drained' | 'deadline' | 'forced';

/** What happened, for the log line at the end. */
export interface ShutdownReport {
  readonly trigger: ShutdownTrigger;
  readonly outcome: ShutdownOutcome;
  /** From the trigger to the end, in ms. */
  readonly durationMs: number;
  /** How much of it was spent draining, in ms; 0 when it was forced before. */
  readonly drainMs: number;
  /** Health Watch calls that were open when the drain began, and were ended. */
  readonly watchesEnded: number;
}
