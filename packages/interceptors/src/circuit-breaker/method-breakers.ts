import { NO_STALLS, type CircuitBreakerConfig, type Clock, type LoopStalls } from '@fairlead/core';
import type { BreakerChange } from './breaker-change.js';
import { BreakerListeners } from './breaker-listeners.js';
import { MethodBreaker } from './method-breaker.js';

/** A client has a few dozen methods; one that makes paths up at run time must not fill the memory. */
const MAX_METHODS = 1_000;

/**
 * The breakers of a channel by method. They outlive the chains: a method whose breaker is configured as before keeps its
 * state; one that is configured anew begins to count anew. Whoever has a method's breaker has it for as long as the channel lives.
 */
export class MethodBreakers {
  readonly #clock: Clock;
  readonly #stalls: LoopStalls;
  readonly #breakers = new Map<string, MethodBreaker>();
  readonly #listeners = new BreakerListeners();
  #closed = false;

  /** @param stalls of our own event loop. Default: they are not watched. */
  constructor(clock: Clock, stalls: LoopStalls = NO_STALLS) {
    this.#clock = clock;
    this.#stalls = stalls;
  }

  /** The breaker of a method, made when it is first asked for. Beyond 1000 methods none is kept. */
  of(path: string, config: CircuitBreakerConfig): MethodBreaker {
    const known = this.#breakers.get(path);
    if (known !== undefined) {
      known.revive();
      if (!sameConfig(known.config, config)) known.reconfigure(config);
      return known;
    }
    const breaker = new MethodBreaker(path, config, this.#clock, this.#stalls, this.#listeners);
    if (this.#closed) breaker.shutdown();
    else if (this.#breakers.size < MAX_METHODS) this.#breakers.set(path, breaker);
    return breaker;
  }

  /** Other rules are in force: breakers are configured anew where theirs changed, and retired where there are none. */
  review(configOf: (path: string) => CircuitBreakerConfig | undefined): void {
    for (const [path, breaker] of this.#breakers) {
      const config = configOf(path);
      if (config === undefined) breaker.retire();
      else this.of(path, config);
    }
  }

  /** Those that were asked for so far, but for the retired ones. */
  all(): Iterable<MethodBreaker> {
    return [...this.#breakers.values()].filter(({ retired }) => !retired);
  }

  /**
   * Calls back at every change of every breaker, also of those made later.
   * @returns the function that stops it.
   */
  onChange(listener: (change: BreakerChange) => void): () => void {
    return this.#listeners.add(listener);
  }

  /** Nothing is left of them: no timer, no listener. Idempotent. */
  close(): void {
    this.#closed = true;
    for (const breaker of this.#breakers.values()) breaker.shutdown();
    this.#breakers.clear();
    this.#listeners.clear();
  }
}

function sameConfig(one: CircuitBreakerConfig, other: CircuitBreakerConfig): boolean {
  return one === other || signature(one) === signature(other);
}

function signature({ failureStatusCodes, ...numbers }: CircuitBreakerConfig): string {
  return JSON.stringify([numbers, [...failureStatusCodes].sort((a, b) => a - b)]);
}
