/**
 * What is known of the stalls of this process's own event loop: times in which it did not come round, because of a long
 * computation, a pause of the garbage collector, or a process that was not given the CPU. Answers that arrive meanwhile are
 * read late and timers fire late, and neither is the fault of the member that was asked.
 *
 * The loop is watched only while somebody has entered. All times are `Clock.now()`.
 */
export interface LoopStalls {
  /** Something begins that a stall could be mistaken for: a call, an attempt to connect. Whoever enters leaves once. */
  enter(now: number): void;
  leave(now: number): void;
  /**
   * Whether the time from `from` to `now` says nothing of how quick the other side was: because its beginning fell into a
   * stall, so that the request may have gone out late; or its end did, so that the answer may have been read late. What
   * falls between the two changes nothing: whatever arrived then was read before `now`.
   */
  distorts(from: number, now: number): boolean;
  /**
   * Whether an answer that is missing at `now` may be missing because of us: the time is distorted, or half of it or more
   * was stalled. Not any stall will do: in a process that stalls every second, a member that is dead would never be found.
   */
  excuses(from: number, now: number): boolean;
  /**
   * What is left of a wait of `delayMs` that began at `from`, in ms, when stalled time is not counted; and right after a
   * stall always something, so that what has arrived is read first. 0: the wait is over.
   */
  missingMs(delayMs: number, from: number, now: number): number;
}
