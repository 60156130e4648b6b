import type { SimCall } from '../client/sim-call.js';
import type { SimClient } from '../client/sim-client.js';
import type { SimMember } from '../client/sim-member.js';
import type { Invariant } from './invariant.js';
import { InvariantViolation } from './invariant-violation.js';

/** (i) Who is picked is in the roster, and ready. */
export class PickInvariant implements Invariant {
  readonly #client: () => SimClient;

  constructor(client: () => SimClient) {
    this.#client = client;
  }

  picked(call: SimCall, member: SimMember): void {
    const { id } = member.endpoint;
    if (!this.#client().membership.has(member)) throw new InvariantViolation('i', `call ${call.id}: ${id} has left`);
    if (member.connectivity === 'ready') return;
    throw new InvariantViolation('i', `call ${call.id}: ${id} is ${member.connectivity}`);
  }
}
