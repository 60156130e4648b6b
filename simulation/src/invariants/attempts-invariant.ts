import type { SimCall } from '../client/sim-call.js';
import type { Invariant } from './invariant.js';
import { InvariantViolation } from './invariant-violation.js';

/** (iii) At most `maxAttempts`, and one more when the transport refused one (gRFC A6, transparent retries). */
export class AttemptsInvariant implements Invariant {
  readonly #maxAttempts: number;

  constructor(maxAttempts: number) {
    this.#maxAttempts = maxAttempts;
  }

  attemptStarted(call: SimCall): void {
    const allowed = this.#maxAttempts + (call.refused > 0 ? 1 : 0);
    if (call.attempts <= allowed) return;
    throw new InvariantViolation('iii', `call ${call.id}: attempt ${call.attempts} of ${allowed}`);
  }
}
