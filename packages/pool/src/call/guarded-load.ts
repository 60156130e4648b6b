import { status } from '@grpc/grpc-js';
import type { CallOutcome, CallStatus, Completion, Load, OrcaLoadReport } from '@fairlead/core';
import type { PolicyFailureListener } from '../guarded-policy.js';
import { policyFailure } from '../policy-failures.js';
import type { PoolCall } from './pool-call.js';

// A load belongs to the balancing policy, which may be a user's: what it throws when it is told of a call must not keep
// that call from its message and its status, nor anybody from counting it.

const NO_COMPLETION: Completion = Object.freeze({ responded: () => undefined, end: () => undefined });

/** The policy threw for this call: it would again, so that no retry helps. */
export function failByPolicy(call: PoolCall, where: string, error: unknown): void {
  if (!call.settled) call.fail(status.INTERNAL, policyFailure(where, error), 'unsent', true);
}

/** @returns undefined when the load failed, and the call with it. */
export function beginCall(load: Load, now: number, call: PoolCall): Completion | undefined {
  try {
    return requireCompletion(load.begin(now));
  } catch (error) {
    failByPolicy(call, 'Load.begin', error);
    return undefined;
  }
}

export function tellResponded(
  completion: Completion,
  now: number,
  distorted: boolean,
  listener: PolicyFailureListener,
): void {
  try {
    completion.responded(now, distorted);
  } catch (error) {
    listener.policyFailed('Completion.responded', error);
  }
}

export function tellEnd(
  completion: Completion,
  now: number,
  outcome: CallOutcome,
  distorted: boolean,
  received: CallStatus | undefined,
  listener: PolicyFailureListener,
): void {
  try {
    completion.end(now, outcome, distorted, received);
  } catch (error) {
    listener.policyFailed('Completion.end', error);
  }
}

/** @returns the place of a call that began under another load; one that nobody counts, when the load fails. */
export function adoptCall(load: Load, now: number, awaiting: boolean, listener: PolicyFailureListener): Completion {
  try {
    return requireCompletion(load.adopt?.(now, awaiting) ?? load.begin(now));
  } catch (error) {
    listener.policyFailed('Load.adopt', error);
    return NO_COMPLETION;
  }
}

export function tellReport(load: Load, report: OrcaLoadReport, now: number, listener: PolicyFailureListener): void {
  try {
    load.report?.(report, now);
  } catch (error) {
    listener.policyFailed('Load.report', error);
  }
}

/** For people: NaN when the load cannot tell. */
export function costOf(load: Load, now: number): number {
  try {
    return load.valueAt(now);
  } catch {
    return NaN;
  }
}

function requireCompletion(completion: Completion | undefined): Completion {
  if (typeof completion?.end !== 'function') throw new TypeError('its answer is no completion');
  return completion;
}
