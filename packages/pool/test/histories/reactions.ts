import { MOMENTS, type Moment } from './step.js';

/** What is to be done inside of the next callback of each kind. */
export class Reactions {
  readonly #waiting = new Map<Moment, (() => void)[]>(MOMENTS.map((moment) => [moment, []]));
  readonly #complain: (what: string) => void;
  /** How many callbacks deep we are. */
  #depth = 0;

  constructor(complain: (what: string) => void) {
    this.#complain = complain;
  }

  /** A callback is under way: the pool may be in the middle of a change. */
  get underWay(): boolean {
    return this.#depth > 0;
  }

  add(moment: Moment, act: () => void): void {
    this.#waiting.get(moment)!.push(act);
  }

  /** The moment has come. What goes wrong is a complaint, because whoever calls back may catch it. */
  come(moment: Moment): void {
    const act = this.#waiting.get(moment)!.shift();
    if (act === undefined) return;
    this.#depth += 1;
    try {
      act();
    } catch (error) {
      this.#complain(`in ${moment}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
    } finally {
      this.#depth -= 1;
    }
  }

  clear(): void {
    for (const waiting of this.#waiting.values()) waiting.length = 0;
  }
}
