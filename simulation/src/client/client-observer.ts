import type { Connection } from './connection.js';
import type { SimCall } from './sim-call.js';
import type { SimClient } from './sim-client.js';
import type { SimMember } from './sim-member.js';
import type { PolicyAnswer } from './policy-answer.js';

/** Hears of everything that a client does, at the moment when it does it. */
export interface ClientObserver {
  callStarted(call: SimCall): void;
  /** The policy chose this member, nothing was reserved yet. */
  picked(call: SimCall, member: SimMember): void;
  /** The attempt is on its way, its load reserved. */
  attemptStarted(call: SimCall, member: SimMember): void;
  attemptEnded(call: SimCall, member: SimMember): void;
  /** Another attempt will follow. */
  retrying(call: SimCall, costsBudget: boolean): void;
  callEnded(call: SimCall, code: number): void;
  /** A member left with this connection: it must be closed within the grace. */
  drainStarted(connection: Connection): void;
  connectionClosed(connection: Connection): void;
  policyAnswered(client: SimClient, answer: PolicyAnswer): void;
  clientClosed(client: SimClient): void;
}
