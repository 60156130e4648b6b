import * as grpc from '@grpc/grpc-js';
import { refusedStatus } from '../attempts/refused-status.js';
import { EndedCall } from '../call/ended-call.js';
import type { WaitEnd } from '../retry/retry-waits.js';
import type { MethodBulkhead } from './method-bulkhead.js';

/** There is no slot, nor a place to wait for one. */
export function refusedCall({ bulkhead, clock }: MethodBulkhead): EndedCall {
  const { refused, reason } = bulkhead.words;
  const details = `${refused}: ${bulkhead.describe()}`;
  return new EndedCall(refusedStatus(grpc.status.RESOURCE_EXHAUSTED, details, reason, clock));
}

/** Something came before the slot. */
export function endedWait(end: WaitEnd, { bulkhead, clock }: MethodBulkhead): EndedCall {
  const { code, details, reason } = HOW_IT_ENDED[end];
  return new EndedCall(
    refusedStatus(code, `${details} ${bulkhead.words.waiting}: ${bulkhead.describe()}`, reason, clock),
  );
}

/** The deadline came when the call had its slot: its wait was a part of the time. */
export function lateStatus(
  status: grpc.StatusObject,
  waitedMs: number,
  { bulkhead }: MethodBulkhead,
): grpc.StatusObject {
  const before = `before that, the call waited ${Math.round(waitedMs)} ms ${bulkhead.words.place}: ${bulkhead.name}`;
  return { ...status, details: `${status.details}; ${before}` };
}

/** The call could not be made, as on a channel that was closed meanwhile. */
export function unmadeCall(error: unknown, { clock }: MethodBulkhead): EndedCall {
  return new EndedCall(refusedStatus(grpc.status.UNAVAILABLE, messageOf(error), 'the call could not be made', clock));
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

const DEADLINE = {
  code: grpc.status.DEADLINE_EXCEEDED,
  details: 'Deadline exceeded',
  reason: 'the deadline came before a slot was free',
};

const HOW_IT_ENDED = {
  deadline: DEADLINE,
  // Without a deadline the wait is endless.
  elapsed: DEADLINE,
  'parent-cancelled': {
    code: grpc.status.CANCELLED,
    details: 'Cancelled by parent call',
    reason: 'the parent call was cancelled',
  },
  'channel-closed': {
    code: grpc.status.UNAVAILABLE,
    details: 'The channel was closed',
    reason: 'the channel was closed',
  },
} satisfies Readonly<Record<WaitEnd, { code: grpc.status; details: string; reason: string }>>;
