import type { Clock, Timer } from '@fairlead/core';
import { TimerQueue, type QueuedTimer } from './timer-queue.js';

// Taken once, at import: a test that installs fake timers later does not fake the clock's own way out of the stack.
const nextTurn = globalThis.setImmediate;

/** How a {@link VirtualClock} starts. */
export interface VirtualClockOptions {
  /** First answer of `now()`, in ms. Default 0. Code that mixes up "zero" and "never" shows with 0. */
  readonly startMs?: number;
  /** First answer of `epochNow()`, in ms since the Unix epoch. Default 2020-01-01T00:00:00Z. */
  readonly epochMs?: number;
}

/**
 * A clock that stands still until a test moves it.
 *
 * Timers run in the order in which they are due, each at exactly its time: inside a callback `now()` is the time that
 * the timer was scheduled for, so a timer that schedules itself again drifts by nothing.
 *
 * @example
 * ```ts
 * const clock = new VirtualClock();
 * const fired: number[] = [];
 * clock.schedule(250, () => fired.push(clock.now()));
 * clock.advance(1_000);
 * // fired is [250], clock.now() is 1000
 * ```
 */
export class VirtualClock implements Clock {
  readonly #queue = new TimerQueue();
  #nowMs: number;
  #epochOffsetMs: number;
  #scheduled = 0;
  #pending = 0;
  #pendingKeepAlive = 0;
  #advancing = false;

  constructor(options: VirtualClockOptions = {}) {
    this.#nowMs = options.startMs ?? 0;
    this.#epochOffsetMs = (options.epochMs ?? Date.UTC(2020, 0, 1)) - this.#nowMs;
  }

  now(): number {
    return this.#nowMs;
  }

  epochNow(): number {
    return this.#nowMs + this.#epochOffsetMs;
  }

  /** Makes the wall clock jump to `epochMs`, as a correction by NTP does. Neither `now()` nor a timer notices. */
  setEpoch(epochMs: number): void {
    this.#epochOffsetMs = epochMs - this.#nowMs;
  }

  /** @throws RangeError for a delay that is not a number: a real timer would quietly fire at once. */
  schedule(delayMs: number, callback: () => void, keepAlive = false): Timer {
    if (Number.isNaN(delayMs)) throw new RangeError('delayMs: NaN (expected: a number)');
    const dueAt = this.#nowMs + Math.max(0, delayMs);
    const timer: QueuedTimer = { dueAt, order: this.#scheduled++, callback, keepAlive, cancelled: false };
    this.#queue.push(timer);
    this.#count(timer, 1);
    return { cancel: () => this.#cancel(timer) };
  }

  /** In virtual time a round takes none: the callback runs after the timers that are due already. */
  nextRound(callback: () => void): Timer {
    return this.schedule(0, callback);
  }

  /**
   * Passes `ms` in which nothing can run, as while a real event loop is blocked by a long computation or a pause of the
   * garbage collector. Timers that become due meanwhile run late, at the next {@link advance} or, when this was called from
   * inside a timer's callback, right after it.
   * @throws RangeError for a negative or not finite `ms`.
   */
  block(ms: number): void {
    if (!(ms >= 0 && ms < Infinity)) throw new RangeError(`ms: ${ms} (expected: a finite number ≥ 0)`);
    this.#nowMs += ms;
  }

  /** How many timers wait. Zero after everything was closed. */
  get pendingTimers(): number {
    return this.#pending;
  }

  /** How many of the waiting timers would keep a real process alive. */
  get pendingKeepAliveTimers(): number {
    return this.#pendingKeepAlive;
  }

  /** When the next timer is due (as `now()` will say then), or undefined when none waits. */
  get nextTimerAt(): number | undefined {
    return this.#queue.peek()?.dueAt;
  }

  /**
   * Moves the time by `ms` and runs what becomes due on the way, including timers that are scheduled meanwhile. Promises
   * settle only after the caller awaits something: use {@link advanceAsync} for code that awaits between its timers.
   *
   * An error thrown by a callback is thrown from here, with the clock left at that timer's time.
   * @throws RangeError for a negative or not finite `ms`; Error when called from inside a timer's callback.
   */
  advance(ms: number): void {
    const end = this.#begin(ms);
    try {
      for (let timer = this.#queue.takeDue(end); timer !== undefined; timer = this.#queue.takeDue(end))
        this.#run(timer);
      this.#nowMs = Math.max(end, this.#nowMs);
    } finally {
      this.#advancing = false;
    }
  }

  /**
   * Like {@link advance}, and lets promises and `setImmediate` callbacks run before the first timer, after each timer
   * and at the end, so that code like `await sleep(10); await sleep(10)` sees both of its timers in one call. One turn
   * of the event loop is given each time; real I/O needs more, and a real clock.
   */
  async advanceAsync(ms: number): Promise<void> {
    const end = this.#begin(ms);
    try {
      await turn();
      for (let timer = this.#queue.takeDue(end); timer !== undefined; timer = this.#queue.takeDue(end)) {
        this.#run(timer);
        await turn();
      }
      this.#nowMs = Math.max(end, this.#nowMs);
    } finally {
      this.#advancing = false;
    }
  }

  #begin(ms: number): number {
    if (!(ms >= 0 && ms < Infinity)) throw new RangeError(`ms: ${ms} (expected: a finite number ≥ 0)`);
    if (this.#advancing) throw new Error('the clock is being advanced already');
    this.#advancing = true;
    return this.#nowMs + ms;
  }

  #run(timer: QueuedTimer): void {
    this.#nowMs = Math.max(timer.dueAt, this.#nowMs);
    this.#count(timer, -1);
    // A late cancel() must not count a second time.
    timer.cancelled = true;
    timer.callback();
  }

  #cancel(timer: QueuedTimer): void {
    if (timer.cancelled) return;
    timer.cancelled = true;
    this.#count(timer, -1);
  }

  #count(timer: QueuedTimer, change: 1 | -1): void {
    this.#pending += change;
    if (timer.keepAlive) this.#pendingKeepAlive += change;
  }
}

function turn(): Promise<void> {
  return new Promise((resolve) => nextTurn(resolve));
}
