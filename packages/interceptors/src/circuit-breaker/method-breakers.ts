import type { CircuitBreakerConfig, Clock } from '@fairlead/core';
import { MethodBreaker } from './method-breaker.js';

/** A client has a few dozen methods; one that makes paths up at run time must not fill the memory. */
const MAX_METHODS = 1_000;

/**
 * The breakers of a channel by method. They outlive the chains: a method whose breaker is configured as before keeps its
 * breaker and its state; one that is configured anew begins anew.
 */
export class MethodBreakers {
  readonly #clock: Clock;
  readonly #breakers = new Map<string, MethodBreaker>();
  #closed = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** The breaker of a method, made when it is first asked for. Beyond 1000 methods none is kept. */
  of(path: string, config: CircuitBreakerConfig): MethodBreaker {
    const known = this.#breakers.get(path);
    if (known !== undefined && sameConfig(known.config, config)) return known;
    known?.shutdown();
    const breaker = new MethodBreaker(path, config, this.#clock);
    if (this.#closed) breaker.shutdown();
    else if (known !== undefined || this.#breakers.size < MAX_METHODS) this.#breakers.set(path, breaker);
    return breaker;
  }

  /** Those that were asked for so far. */
  all(): Iterable<MethodBreaker> {
    return this.#breakers.values();
  }

  /** Nothing is left of them: no timer, no listener. Idempotent. */
  close(): void {
    this.#closed = true;
    for (const breaker of this.#breakers.values()) breaker.shutdown();
    this.#breakers.clear();
  }
}

function sameConfig(one: CircuitBreakerConfig, other: CircuitBreakerConfig): boolean {
  return one === other || signature(one) === signature(other);
}

function signature({ failureStatusCodes, ...numbers }: CircuitBreakerConfig): string {
  return JSON.stringify([numbers, [...failureStatusCodes].sort((a, b) => a - b)]);
}
