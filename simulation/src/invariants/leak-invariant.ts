import type { SimClient } from '../client/sim-client.js';
import type { Invariant } from './invariant.js';
import { InvariantViolation } from './invariant-violation.js';

/** (vii) Nothing is left. */
export class LeakInvariant implements Invariant {
  clientClosed({ name, resources }: SimClient): void {
    const { pendingEvents, connections } = resources;
    if (pendingEvents === 0 && connections === 0) return;
    throw new InvariantViolation('vii', `${name} left ${pendingEvents} timers and ${connections} connections`);
  }
}
