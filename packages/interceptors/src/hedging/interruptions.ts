import { status as Code, type StatusObject } from '@grpc/grpc-js';
import { ownStatus } from '../call/own-status.js';
import type { WaitEnd } from '../retry/retry-waits.js';
import { CLOSED, DEADLINE_PASSED, PARENT_CANCELLED } from './hedge-allowance.js';

/** How a wait for the next attempt can end early. */
export type Interruption = Exclude<WaitEnd, 'elapsed'>;

/** Why it did, and what the call ends with when it has no attempt under way; without, with its last failure. */
export const INTERRUPTIONS: Readonly<
  Record<Interruption, { readonly reason: string; readonly status?: () => StatusObject }>
> = {
  deadline: {
    reason: DEADLINE_PASSED,
    status: () => ownStatus(Code.DEADLINE_EXCEEDED, 'Deadline exceeded while waiting for another attempt'),
  },
  'parent-cancelled': {
    reason: PARENT_CANCELLED,
    status: () => ownStatus(Code.CANCELLED, 'Cancelled by parent call'),
  },
  'channel-closed': { reason: CLOSED },
};
