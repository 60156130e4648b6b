import type { Clock, Timer } from '../time/clock.js';

/**
 * Time between two beats, in ms. It is what a stall's beginning is uncertain by. Fifty wake-ups a second took up to 1 % of a
 * CPU of a process that did nothing else (a busy one wakes up anyway), so there are none while nobody waits for an answer.
 */
export const BEAT_MS = 20;

/** Who is told of the beats. */
export interface BeatListener {
  /** @returns whether the beat came so late that it ended a stall. */
  beat(now: number): boolean;
  /** After such a beat: the event loop has come round. */
  cameRound(): void;
}

/** Runs something at once, in the asynchronous context of nobody. */
export type Outside = (act: () => void) => void;

/** A timer that beats while somebody listens, one for all channels of a clock. */
export class Heartbeat {
  readonly #clock: Clock;
  readonly #listeners = new Set<BeatListener>();
  #timer: Timer | undefined;
  #round: Timer | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** @param outside runs the beginning of the beat, which goes on for others when the call that began it has ended. */
  add(listener: BeatListener, outside: Outside): void {
    this.#listeners.add(listener);
    if (this.#timer === undefined) outside(() => (this.#timer = this.#clock.schedule(BEAT_MS, this.#beat)));
  }

  remove(listener: BeatListener): void {
    this.#listeners.delete(listener);
    if (this.#listeners.size > 0) return;
    this.#timer?.cancel();
    this.#round?.cancel();
    this.#timer = this.#round = undefined;
  }

  readonly #beat = (): void => {
    // First, because a listener may be the last one to leave.
    this.#timer = this.#clock.schedule(BEAT_MS, this.#beat);
    const now = this.#clock.now();
    let late = false;
    for (const listener of this.#listeners) late = listener.beat(now) || late;
    if (late && this.#timer !== undefined) this.#round ??= this.#clock.nextRound(this.#cameRound);
  };

  readonly #cameRound = (): void => {
    this.#round = undefined;
    for (const listener of this.#listeners) listener.cameRound();
  };
}

const heartbeats = new WeakMap<Clock, Heartbeat>();

/** The heartbeat of a clock: there is one event loop, and so one for all channels that live in real time. */
export function heartbeatOf(clock: Clock): Heartbeat {
  let heartbeat = heartbeats.get(clock);
  if (heartbeat === undefined) heartbeats.set(clock, (heartbeat = new Heartbeat(clock)));
  return heartbeat;
}
