import type { Random } from '@fairlead/core';
import { drawExponential } from './draw.js';

/** How long messages are under way, in ms, one way. */
export interface NetworkOptions {
  /** Default 0.25. */
  readonly baseMs?: number;
  /** Mean of what comes on top, exponentially distributed. Default 0.05. */
  readonly jitterMs?: number;
  /** On top between two zones. Default 0.5. */
  readonly crossZoneMs?: number;
}

/** The network as one client process has it. */
export class Network {
  readonly #random: Random;
  readonly #zone: string | undefined;
  readonly #baseMs: number;
  readonly #jitterMs: number;
  readonly #crossZoneMs: number;

  constructor(options: NetworkOptions, zone: string | undefined, random: Random) {
    this.#random = random;
    this.#zone = zone;
    this.#baseMs = options.baseMs ?? 0.25;
    this.#jitterMs = options.jitterMs ?? 0.05;
    this.#crossZoneMs = options.crossZoneMs ?? 0.5;
  }

  /** The delay of one message to or from that zone. One draw. */
  delayMs(zone: string | undefined): number {
    const farMs = zone === this.#zone ? 0 : this.#crossZoneMs;
    return this.#baseMs + farMs + drawExponential(this.#random, this.#jitterMs);
  }
}
