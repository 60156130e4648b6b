import type { SimCall } from '../client/sim-call.js';
import type { SimClient } from '../client/sim-client.js';
import type { SimMember } from '../client/sim-member.js';
import type { Invariant } from './invariant.js';
import { InvariantViolation } from './invariant-violation.js';

/** (ii) Loads count what is in flight, at every begin and end; so they are at 0 when idle. */
export class InFlightInvariant implements Invariant {
  attemptStarted(_call: SimCall, member: SimMember): void {
    check(member);
  }

  attemptEnded(_call: SimCall, member: SimMember): void {
    check(member);
  }

  clientClosed(client: SimClient): void {
    for (const member of client.membership.members) check(member);
  }
}

function check({ endpoint, load, attempts }: SimMember): void {
  if (load.inFlight === attempts) return;
  throw new InvariantViolation('ii', `the load of ${endpoint.id} counts ${load.inFlight}, ${attempts} are in flight`);
}
