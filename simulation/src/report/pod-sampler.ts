import type { Engine } from '../engine/engine.js';
import type { Pod } from '../models/pod.js';

/** Calls in flight at the pods at one moment. */
export interface PodSample {
  readonly at: number;
  readonly max: number;
  readonly mean: number;
}

/** Looks at all pods that serve, at regular times. */
export class PodSampler {
  readonly samples: PodSample[] = [];
  readonly #engine: Engine;
  readonly #pods: () => readonly Pod[];
  readonly #periodMs: number;
  #stopped = false;

  constructor(engine: Engine, pods: () => readonly Pod[], periodMs: number) {
    this.#engine = engine;
    this.#pods = pods;
    this.#periodMs = periodMs;
  }

  start(): void {
    this.#engine.after(this.#periodMs, () => {
      if (this.#stopped) return;
      this.#sample();
      this.start();
    });
  }

  stop(): void {
    this.#stopped = true;
  }

  #sample(): void {
    let [pods, sum, max] = [0, 0, 0];
    for (const { reception, server } of this.#pods()) {
      if (reception !== 'accepted') continue;
      pods++;
      sum += server.inFlight;
      if (server.inFlight > max) max = server.inFlight;
    }
    if (pods > 0) this.samples.push({ at: this.#engine.now, max, mean: sum / pods });
  }
}
