import { EventHeap } from './event-heap.js';
import { RandomStreams } from './random-streams.js';
import { ScheduledEvent, type EventOwner } from './scheduled-event.js';

/** Reads each line of the trace. */
export type TraceWriter = (line: string) => void;

/**
 * Virtual time: events happen one after the other, each at its moment, and time passes only between them. With the same
 * seed the same run comes out, byte for byte.
 */
export class Engine {
  readonly random: RandomStreams;
  /** Whether somebody reads the trace; if not, nobody should make lines for it. */
  readonly traces: boolean;
  readonly #writeTrace: TraceWriter | undefined;
  readonly #events = new EventHeap();
  /** Called after every event, e.g. by what watches over rules that hold at any time. */
  afterEachStep: ((now: number) => void) | undefined;
  #now = 0;
  #scheduled = 0;
  #happened = 0;

  constructor(seed: number, writeTrace?: TraceWriter) {
    this.random = new RandomStreams(seed);
    this.#writeTrace = writeTrace;
    this.traces = writeTrace !== undefined;
  }

  /** Virtual time since the beginning, in ms. */
  get now(): number {
    return this.#now;
  }

  /** Events that have happened. */
  get steps(): number {
    return this.#happened;
  }

  /** @throws RangeError for a time that has passed, or none: a real timer would quietly fire at once. */
  at(timeMs: number, action: () => void, owner?: EventOwner): ScheduledEvent {
    if (!(timeMs >= this.#now)) throw new RangeError(`time: ${timeMs} (expected: from ${this.#now} on)`);
    const event = new ScheduledEvent(timeMs, this.#scheduled++, action, owner);
    this.#events.push(event);
    return event;
  }

  after(delayMs: number, action: () => void, owner?: EventOwner): ScheduledEvent {
    return this.at(this.#now + delayMs, action, owner);
  }

  /** Lets everything happen that is due until then, and leaves the time there. */
  runUntil(timeMs: number): void {
    for (let next = this.#events.first; next !== undefined && next.at <= timeMs; next = this.#events.first) {
      this.#events.pop();
      if (!next.pending) continue;
      this.#now = next.at;
      this.#happened++;
      next.happen();
      this.afterEachStep?.(this.#now);
    }
    this.#now = Math.max(this.#now, timeMs);
  }

  trace(line: string): void {
    this.#writeTrace?.(`${this.#now.toFixed(6)} ${line}`);
  }
}
