import { durationMs } from '../options/number-rules.js';
import type { OptionRule } from '../options/option-rule.js';
import type { Clock } from '../time/clock.js';
import { BEAT_MS, heartbeatOf, type BeatListener, type Heartbeat, type Outside } from './heartbeat.js';
import type { LoopStalls } from './loop-stalls.js';
import { StallLog } from './stall-log.js';

/** How long the loop must not come round for that to be a stall, in ms: what an option of that name accepts. */
export const EVENT_LOOP_STALL_MS: OptionRule<number> = durationMs({ default: 50, min: 10, allowInfinity: true });

/** Stalls of the event loop while a channel had something under way. */
export interface StallCounts {
  readonly count: number;
  /** Their lengths together, in ms. */
  readonly totalMs: number;
}

/** {@link LoopStalls} that were really watched. */
export interface WatchedStalls extends LoopStalls {
  readonly counts: StallCounts;
  /** Stops for good: no timer is left, whoever is still inside. Idempotent. */
  close(): void;
}

/** Nobody watches: nothing is ever a stall. */
export const NO_STALLS: WatchedStalls = Object.freeze({
  counts: Object.freeze({ count: 0, totalMs: 0 }),
  enter: () => undefined,
  leave: () => undefined,
  distorts: () => false,
  excuses: () => false,
  missingMs: () => 0,
  close: () => undefined,
});

/**
 * Watches the event loop for one channel, while somebody has entered and no longer.
 *
 * @param thresholdMs a stall is at least this long, and one that is {@link BEAT_MS} longer is surely noticed.
 * @param onStall is told of each one, once, with its length in ms (up to {@link BEAT_MS} too short). It must not throw.
 * @param outside runs what it is given in the asynchronous context of nobody: the timer must not keep what the context of the
 * first call holds. Default: as it is, for clocks whose timers have no context.
 */
export function watchLoop(
  clock: Clock,
  thresholdMs: number,
  onStall: (durationMs: number) => void = () => undefined,
  outside: Outside = (act) => act(),
): WatchedStalls {
  return thresholdMs === Infinity ? NO_STALLS : new LoopWatch(clock, thresholdMs, onStall, outside);
}

class LoopWatch implements WatchedStalls, BeatListener {
  readonly #clock: Clock;
  readonly #log: StallLog;
  readonly #onStall: (durationMs: number) => void;
  readonly #outside: Outside;
  #heartbeat: Heartbeat | undefined;
  #entered = 0;
  #closed = false;

  constructor(clock: Clock, thresholdMs: number, onStall: (durationMs: number) => void, outside: Outside) {
    this.#clock = clock;
    this.#log = new StallLog(BEAT_MS, thresholdMs);
    this.#onStall = onStall;
    this.#outside = outside;
  }

  get counts(): StallCounts {
    return { count: this.#log.count, totalMs: this.#log.totalMs };
  }

  enter(now: number): void {
    if (this.#entered++ > 0) return;
    this.#log.start(now);
    if (this.#closed) return;
    this.#heartbeat ??= heartbeatOf(this.#clock);
    this.#heartbeat.add(this, this.#outside);
  }

  /** The last one to leave may do so in a stall, before the beat that would tell of it. */
  leave(now: number): void {
    if (--this.#entered > 0 || this.#closed) return;
    this.#heartbeat?.remove(this);
    this.beat(now);
    this.#log.stop();
  }

  close(): void {
    this.#closed = true;
    this.#heartbeat?.remove(this);
    this.#log.stop();
  }

  distorts(from: number, now: number): boolean {
    return this.#log.distorts(from, now);
  }

  excuses(from: number, now: number): boolean {
    if (this.distorts(from, now)) return true;
    const stalledMs = this.#log.stalledMs(from, now);
    return stalledMs > 0 && stalledMs * 2 >= now - from;
  }

  missingMs(delayMs: number, from: number, now: number): number {
    return this.#log.missingMs(delayMs, from, now);
  }

  beat(now: number): boolean {
    const durationMs = this.#log.beat(now);
    if (durationMs > 0) this.#onStall(durationMs);
    return durationMs > 0;
  }

  cameRound(): void {
    this.#log.cameRound();
  }
}
