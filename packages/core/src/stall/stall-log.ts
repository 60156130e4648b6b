/** As many stalls are remembered; a call that has seen more of them began long ago. */
const MEMORY = 32;

/** A time in which the loop did not come round: from the last beat before it to the moment at which it was noticed. */
interface Stall {
  readonly from: number;
  readonly to: number;
}

/**
 * The stalls that beats tell of: a beat is due every `beatMs`, and one that comes too late ends a stall.
 *
 * Pure: the time comes with every question. A question compares its time with the last beat itself, because after a stall
 * sockets are often read *before* the timer of the beat runs.
 */
export class StallLog {
  readonly #beatMs: number;
  readonly #limitMs: number;
  readonly #stalls: Stall[] = [];
  #lastBeat = Infinity;
  #lastEnd = -Infinity;
  #unread = false;
  #count = 0;
  #totalMs = 0;

  /** @param thresholdMs a beat that is later than this ends a stall. > 0. */
  constructor(beatMs: number, thresholdMs: number) {
    this.#beatMs = beatMs;
    this.#limitMs = beatMs + thresholdMs;
  }

  /** Stalls so far. */
  get count(): number {
    return this.#count;
  }

  /** Their lengths together, in ms. */
  get totalMs(): number {
    return this.#totalMs;
  }

  /** From now on there are beats. Nothing that began before is of interest. */
  start(now: number): void {
    this.#lastBeat = now;
    this.#unread = false;
  }

  /** There are no beats until the next start: that none comes means nothing. */
  stop(): void {
    this.start(Infinity);
  }

  /** @returns how much too late the beat came, in ms, when that was a stall; otherwise 0. */
  beat(now: number): number {
    const from = this.#lastBeat;
    this.#lastBeat = now;
    if (now - from < this.#limitMs) return 0;
    const lateMs = now - from - this.#beatMs;
    this.#unread = true;
    this.#lastEnd = now;
    this.#count += 1;
    this.#totalMs += lateMs;
    this.#stalls.push({ from, to: now });
    if (this.#stalls.length > MEMORY) this.#stalls.shift();
    return lateMs;
  }

  /** The loop has come round: what arrived during the last stall has been read. */
  cameRound(): void {
    this.#unread = false;
  }

  /** Whether a stall is just ending: not all that arrived meanwhile has been read. */
  isStalled(now: number): boolean {
    return this.#unread || now - this.#lastBeat >= this.#limitMs;
  }

  distorts(from: number, now: number): boolean {
    if (this.isStalled(now)) return true;
    return from <= this.#lastEnd && this.#stalls.some((stall) => stall.from <= from && from <= stall.to);
  }

  /** How much of the time from `from` to `now` was stalled, in ms. */
  stalledMs(from: number, now: number): number {
    const current = now - this.#lastBeat >= this.#limitMs ? overlapMs(from, now, { from: this.#lastBeat, to: now }) : 0;
    if (from > this.#lastEnd) return current;
    return this.#stalls.reduce((sum, stall) => sum + overlapMs(from, now, stall), current);
  }

  missingMs(delayMs: number, from: number, now: number): number {
    const missingMs = delayMs - (now - from - this.stalledMs(from, now));
    if (this.isStalled(now)) return Math.max(missingMs, this.#beatMs);
    // Less is what the conversion of a time to a number of ticks may lose: not worth a timer.
    return missingMs < 1 ? 0 : missingMs;
  }
}

function overlapMs(from: number, to: number, stall: Stall): number {
  return Math.max(0, Math.min(to, stall.to) - Math.max(from, stall.from));
}
