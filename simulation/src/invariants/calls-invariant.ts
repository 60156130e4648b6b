import type { SimCall } from '../client/sim-call.js';
import type { Invariant } from './invariant.js';
import { InvariantViolation } from './invariant-violation.js';

/** (v) No call is lost, and none is answered twice. */
export class CallsInvariant implements Invariant {
  readonly #open = new Set<SimCall>();

  callStarted(call: SimCall): void {
    this.#open.add(call);
  }

  attemptStarted(call: SimCall): void {
    if (!this.#open.has(call)) throw new InvariantViolation('v', `call ${call.id} goes on after its end`);
  }

  callEnded(call: SimCall): void {
    if (!this.#open.delete(call)) throw new InvariantViolation('v', `call ${call.id} ended twice`);
  }

  clientClosed(): void {
    if (this.#open.size === 0) return;
    const [first] = this.#open;
    throw new InvariantViolation('v', `${this.#open.size} calls never ended, the first is ${first!.id}`);
  }
}
