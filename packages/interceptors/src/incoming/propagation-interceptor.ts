import type { Clock } from '@fairlead/core';
import * as grpc from '@grpc/grpc-js';
import { refusedStatus } from '../attempts/refused-status.js';
import { EndedCall } from '../call/ended-call.js';
import { asInterceptingCall, type InterceptorOptions } from '../grpc-types.js';
import { CallUnderAnother } from './call-under-another.js';
import { currentIncomingCall, type IncomingCall } from './incoming-call.js';
import { forbidRetries, whyNoRetriesUnder } from './no-retry.js';

/** What a channel's calls take over from the call that is being served. */
export interface Propagation {
  readonly clock: Clock;
  /** A call ends so much before the one that it is made under, in ms. At least 0. */
  readonly deadlineMarginMs: number;
}

/**
 * Puts a call under the one that is being served: the grpc-js option `parent`, or else the one of
 * {@link incomingCallInterceptor}. And a call whose deadline has passed is not made at all: whoever waited for it waits no
 * longer.
 */
export function propagationInterceptor(propagation: Propagation): grpc.Interceptor {
  const { clock } = propagation;
  return (given, nextCall) => {
    const current = given.parent ? undefined : currentIncomingCall();
    const incoming = given.parent ?? current;
    const options = incoming ? under(incoming, given, propagation) : given;
    if (hasPassed(options.deadline, clock)) return asInterceptingCall(new EndedCall(tooLate(options, clock)));
    if (current === undefined || !handsOn(grpc.propagate.CANCELLATION, options)) {
      return nextCall(options) as grpc.InterceptingCall;
    }
    if (current.cancelled) return asInterceptingCall(new EndedCall(cancelled(clock)));
    return asInterceptingCall(new CallUnderAnother(nextCall(options), current));
  };
}

function under(
  incoming: IncomingCall,
  given: InterceptorOptions,
  { deadlineMarginMs }: Propagation,
): InterceptorOptions {
  const why = whyNoRetriesUnder(incoming.metadata);
  const options = why === undefined ? given : forbidRetries(given, why);
  if (!handsOn(grpc.propagate.DEADLINE, given)) return options;
  const deadline = Number(incoming.getDeadline()) - deadlineMarginMs;
  return deadline < Number(given.deadline ?? Infinity) ? { ...options, deadline } : options;
}

function handsOn(what: grpc.propagate, { propagate_flags: flags }: InterceptorOptions): boolean {
  return ((flags ?? grpc.propagate.DEFAULTS) & what) !== 0;
}

function hasPassed(deadline: grpc.Deadline | undefined, clock: Clock): boolean {
  return deadline !== undefined && deadline !== Infinity && Number(deadline) <= clock.epochNow();
}

function tooLate({ deadline }: InterceptorOptions, clock: Clock): grpc.StatusObject {
  const agoMs = Math.round(clock.epochNow() - Number(deadline));
  const details = `Deadline exceeded ${agoMs} ms before the call was made: nothing was sent`;
  return refusedStatus(grpc.status.DEADLINE_EXCEEDED, details, 'the deadline had passed', clock);
}

function cancelled(clock: Clock): grpc.StatusObject {
  const details = 'The incoming call was cancelled before this one was made';
  return refusedStatus(grpc.status.CANCELLED, details, 'the incoming call was cancelled', clock);
}
