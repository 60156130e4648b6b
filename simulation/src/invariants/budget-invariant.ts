import type { SimCall } from '../client/sim-call.js';
import type { RetryOptions } from '../client/retry-rule.js';
import type { Engine } from '../engine/engine.js';
import type { Invariant } from './invariant.js';
import { InvariantViolation } from './invariant-violation.js';

/** How long a call counts in a `TokenBucketBudget`: its default, in ms. */
const TTL_MS = 10_000;

/**
 * (iv) Attempts that cost budget are at most `ratio` of the calls, and the reserve. The first attempt of a call costs
 * nothing, and neither does the one after a first refusal, which no application saw.
 */
export class BudgetInvariant implements Invariant {
  readonly #engine: Engine;
  readonly #budget: RetryOptions['budget'];
  #calls = 0;
  #paid = 0;

  constructor(engine: Engine, budget: RetryOptions['budget']) {
    this.#engine = engine;
    this.#budget = budget;
  }

  callStarted(): void {
    this.#calls++;
  }

  attemptStarted(call: SimCall): void {
    if (call.attempts <= (call.refused > 0 ? 2 : 1)) return;
    this.#paid++;
    const { ratio, minPerSecond } = this.#budget;
    const allowed = ratio * this.#calls + (minPerSecond * (this.#engine.now + TTL_MS)) / 1_000;
    if (this.#paid <= allowed) return;
    throw new InvariantViolation('iv', `${this.#paid} further attempts for ${this.#calls} calls (≤ ${allowed})`);
  }
}
