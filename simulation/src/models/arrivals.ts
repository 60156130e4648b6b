import type { Engine } from '../engine/engine.js';
import { drawExponential } from './draw.js';

/** What makes calls. They begin at the first moment, and end when told. */
export interface Arrivals {
  /** @param call makes one call, and tells when it has ended. */
  start(call: (onEnd: () => void) => void): void;
  stop(): void;
}

/** Open loop: calls come at random moments (Poisson), whatever became of those before. */
export class PoissonArrivals implements Arrivals {
  readonly #engine: Engine;
  readonly #random;
  readonly #perMs: number;
  #stopped = false;

  constructor(engine: Engine, name: string, callsPerSecond: number) {
    this.#engine = engine;
    this.#random = engine.random.of(`arrivals/${name}`);
    this.#perMs = callsPerSecond / 1_000;
  }

  start(call: (onEnd: () => void) => void): void {
    const next = (): void => {
      this.#engine.after(drawExponential(this.#random, 1 / this.#perMs), () => {
        if (this.#stopped) return;
        call(() => undefined);
        next();
      });
    };
    next();
  }

  stop(): void {
    this.#stopped = true;
  }
}

/** Closed loop: so many workers, each makes its next call a while after its last one has ended. */
export class ClosedLoop implements Arrivals {
  readonly #engine: Engine;
  readonly #random;
  readonly #workers: number;
  readonly #thinkMs: number;
  #stopped = false;

  /** @param thinkMs mean time between a call's end and the next one of the worker, exponentially distributed. */
  constructor(engine: Engine, name: string, workers: number, thinkMs: number) {
    this.#engine = engine;
    this.#random = engine.random.of(`arrivals/${name}`);
    this.#workers = workers;
    this.#thinkMs = thinkMs;
  }

  start(call: (onEnd: () => void) => void): void {
    const think = (): void => {
      this.#engine.after(drawExponential(this.#random, this.#thinkMs), () => {
        if (!this.#stopped) call(think);
      });
    };
    for (let worker = 0; worker < this.#workers; worker++) think();
  }

  stop(): void {
    this.#stopped = true;
  }
}
