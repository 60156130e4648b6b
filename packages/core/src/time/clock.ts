/**
 * The only way to learn the time or to wait.
 *
 * Everything in Fairlead that depends on time takes a `Clock` (or just the current time as an argument), so that
 * tests and simulations run in virtual time. `SystemClock` is the real one; `VirtualClock` of `@fairlead/testing`
 * is moved by hand.
 */
export interface Clock {
  /** Monotonic time in milliseconds (fractions allowed) from an arbitrary origin. Only differences mean anything. */
  now(): number;

  /**
   * Wall-clock time in milliseconds since the Unix epoch. It may jump. Use it only to translate absolute deadlines
   * that cross a public API (gRPC deadlines are wall-clock times); measure intervals with {@link now}.
   */
  epochNow(): number;

  /**
   * Runs `callback` once, `delayMs` milliseconds from now (a negative or zero delay means as soon as possible, but
   * never synchronously). Delays above 2^31 − 1 ms must work. The returned timer belongs to the caller, who must
   * cancel it when it is no longer needed.
   *
   * A timer does not keep the process alive unless `keepAlive` is true. Set it only while a call is pending, or a
   * process that awaits a call would exit under it.
   */
  schedule(delayMs: number, callback: () => void, keepAlive?: boolean): Timer;

  /**
   * Runs `callback` once, when the event loop has come round: after it has read what had arrived by now, on every socket.
   * A timer cannot promise that: the loop may run many of them, one after another, before it looks at the sockets again.
   * Does not keep the process alive.
   */
  nextRound(callback: () => void): Timer;
}

/** A scheduled callback. */
export interface Timer {
  /** Makes sure that the callback does not run any more. Harmless when it ran already or was cancelled before. */
  cancel(): void;
}
