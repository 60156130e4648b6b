import type { Clock } from '@fairlead/core';
import * as grpc from '@grpc/grpc-js';
import { refusedStatus } from '../attempts/refused-status.js';
import { EndedCall } from '../call/ended-call.js';
import {
  asInterceptingCall,
  type InterceptingCallInterface,
  type InterceptorOptions,
  type NextCall,
} from '../grpc-types.js';
import type { RetryWaits, WaitEnd } from '../retry/retry-waits.js';
import { AdmittedCall } from './admitted-call.js';
import type { Bulkhead } from './bulkhead.js';
import { WaitingCall } from './waiting-call.js';

/** What a method's bulkhead works with. */
export interface MethodBulkhead {
  readonly bulkhead: Bulkhead;
  /** Among those that wait: the higher number goes first. */
  readonly priority: number;
  readonly clock: Clock;
  readonly waits: RetryWaits;
}

/**
 * Lets so many calls of a method be under way at once, and so many more wait, each at most until its deadline; so a callee
 * that hangs costs a known number of calls and not all that the process can hold. A call too many ends with
 * RESOURCE_EXHAUSTED and the figures. A stream is under way until its end.
 */
export function bulkheadInterceptor(method: MethodBulkhead): grpc.Interceptor {
  return (options, nextCall) => {
    const { bulkhead, clock, waits } = method;
    if (bulkhead.take()) return asInterceptingCall(admit(options, nextCall, bulkhead));
    if (waits.closed) return asInterceptingCall(endedWait('channel-closed', method));
    const waiting = wait(options, nextCall, method);
    if (waiting !== undefined) return asInterceptingCall(waiting);
    const { refused, reason } = bulkhead.words;
    const details = `${refused}: ${bulkhead.describe()}`;
    return asInterceptingCall(new EndedCall(refusedStatus(grpc.status.RESOURCE_EXHAUSTED, details, reason, clock)));
  };
}

/** Makes the call of which the slot was taken; gives the slot back when that throws, as a closed channel does. */
function admit(options: InterceptorOptions, nextCall: NextCall, bulkhead: Bulkhead): AdmittedCall {
  try {
    return new AdmittedCall(nextCall(options), bulkhead);
  } catch (error) {
    bulkhead.release();
    throw error;
  }
}

function wait(options: InterceptorOptions, nextCall: NextCall, method: MethodBulkhead): WaitingCall | undefined {
  const { bulkhead, priority, waits } = method;
  const leaveQueue = bulkhead.wait(priority, () => {
    stopWaiting();
    call.become(admitLater(options, nextCall, method));
  });
  if (leaveQueue === undefined) return undefined;
  const stopWaiting = waits.begin(Infinity, options, (end) => {
    leaveQueue();
    call.become(endedWait(end, method));
  });
  const call = new WaitingCall(() => {
    stopWaiting();
    leaveQueue();
  });
  return call;
}

/** The client is not there any more to catch what a channel throws that was closed meanwhile. */
function admitLater(
  options: InterceptorOptions,
  nextCall: NextCall,
  method: MethodBulkhead,
): InterceptingCallInterface {
  try {
    return admit(options, nextCall, method.bulkhead);
  } catch (error) {
    const details = error instanceof Error ? error.message : String(error);
    return new EndedCall(refusedStatus(grpc.status.UNAVAILABLE, details, 'the call could not be made', method.clock));
  }
}

function endedWait(end: WaitEnd, { bulkhead, clock }: MethodBulkhead): EndedCall {
  const { code, details, reason } = HOW_IT_ENDED[end];
  return new EndedCall(
    refusedStatus(code, `${details} ${bulkhead.words.waiting}: ${bulkhead.describe()}`, reason, clock),
  );
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
