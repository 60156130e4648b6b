import { formatValue, type Clock } from '@fairlead/core';
import type { PoolEmitter } from './events.js';
import type { PolicyFailureListener } from './guarded-policy.js';

/** A policy that fails does so at every call: more lines would drown the rest. */
const QUIET_MS = 60_000;

/** Warns of a balancing policy that throws, for each of its functions at most once a minute. */
export class PolicyFailures implements PolicyFailureListener {
  readonly #clock: Clock;
  readonly #events: PoolEmitter;
  readonly #toldAt = new Map<string, number>();

  constructor(clock: Clock, events: PoolEmitter) {
    this.#clock = clock;
    this.#events = events;
  }

  policyFailed(where: string, error: unknown): void {
    const now = this.#clock.now();
    if (!this.#events.listens('warning') || Math.abs(now - (this.#toldAt.get(where) ?? -Infinity)) < QUIET_MS) return;
    this.#toldAt.set(where, now);
    this.#events.warn('balancing-policy-failed', policyFailure(where, error));
  }
}

/** What went wrong, for a warning or a status. */
export function policyFailure(where: string, error: unknown): string {
  return `the balancing policy failed in ${where}: ${error instanceof Error ? error.message : formatValue(error)}`;
}
