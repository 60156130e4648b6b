import { status } from '@grpc/grpc-js';
import type { FailureClass, Pushback, RetryPolicy } from '@fairlead/core';

/** What is known when an attempt has failed. */
export interface Failure {
  readonly code: status;
  readonly failure: FailureClass;
  /** The attempt was given to a pod, or its channel cannot tell. */
  readonly picked: boolean;
  /** There is a pickable pod that this call has not tried. */
  readonly othersUntried: boolean;
  /** It was refused because its connection ended. */
  readonly wentAway: boolean;
  readonly pushback: Pushback;
  /** Attempts so far that count, this one included: all but unsent ones and refused ones that are free. */
  readonly counted: number;
  /** Refused attempts so far, this one included. */
  readonly refused: number;
}

/** What follows. `delay: 'none'` means at once. */
export type Decision =
  | { readonly retry: false; readonly reason: string }
  | {
      readonly retry: true;
      readonly reason: string;
      readonly delay: 'none' | 'backoff' | { readonly pushbackMs: number };
      /** The next attempt takes a token of the budget; without one it is not made. */
      readonly costsBudget: boolean;
    };

/** Counted attempts of a call whose method has no retry policy: gRPC's own cap of attempts (gRFC A6). */
export const MAX_ATTEMPTS_WITHOUT_POLICY = 5;

/**
 * Whether another attempt follows. Pure; the rule that decides names itself in `reason`.
 *
 * - `unsent`: any method, any number of times, free; at once while an untried pod is pickable, else after backoff.
 * - `refused`: any method; the first one of a call is free and immediate (gRFC A6, transparent retries), later ones count.
 *   Where its connection ended with it (GOAWAY), it is free as long as another pod is left: in a rolling update a call may
 *   meet one departing pod after the other, and each refuses once (ADR 0019).
 * - `maybe-processed`, and a call that found no pod: only what the method's policy lists, with backoff and pushback.
 */
export function decide(given: Failure, policy: RetryPolicy | undefined): Decision {
  if (given.failure === 'maybe-processed' || !given.picked) return decideByPolicy(given, policy);
  const delay = given.othersUntried ? 'none' : 'backoff';
  if (given.failure === 'unsent') {
    return { retry: true, reason: 'nothing of it left the process', delay, costsBudget: false };
  }
  if (isFreeRefusal(given)) {
    return { retry: true, reason: 'the server refused it before the application saw it', delay, costsBudget: false };
  }
  const max = policy?.maxAttempts ?? MAX_ATTEMPTS_WITHOUT_POLICY;
  if (given.counted >= max) return { retry: false, reason: `refused, and all ${max} attempts are used` };
  return { retry: true, reason: 'refused once more', delay, costsBudget: true };
}

function decideByPolicy(given: Failure, policy: RetryPolicy | undefined): Decision {
  const what = given.picked ? 'the server may have processed it' : 'no pod could be picked';
  if (policy === undefined) return { retry: false, reason: `${what}, and the method has no retryPolicy` };
  const name = status[given.code];
  if (!policy.retryableStatusCodes.has(given.code)) {
    return { retry: false, reason: `${what}, and ${name} is not in retryableStatusCodes` };
  }
  if (given.pushback.kind === 'stop') return { retry: false, reason: 'the server asked not to retry (pushback)' };
  if (given.counted >= policy.maxAttempts) {
    return { retry: false, reason: `all ${policy.maxAttempts} attempts are used` };
  }
  const delay = given.pushback.kind === 'after' ? { pushbackMs: given.pushback.delayMs } : 'backoff';
  return { retry: true, reason: `${name} is in retryableStatusCodes`, delay, costsBudget: given.picked };
}

/**
 * Whether a budget that counts failures counts this one (gRFC A6, throttling): what the policy would repeat, and what the
 * server asked not to repeat. What never reached a server's application and is free (unsent, refused) changes nothing.
 */
export function countsAsFailure(given: Omit<Failure, 'counted'>, policy: RetryPolicy | undefined): boolean {
  if (!given.picked || given.failure === 'unsent') return false;
  if (given.failure === 'refused') return !isFreeRefusal(given);
  if (policy === undefined) return false;
  return given.pushback.kind === 'stop' || policy.retryableStatusCodes.has(given.code);
}

/** What never reached the application, and will not be repeated by the same connection, needs no token of a budget. */
export function isFreeRefusal(given: Pick<Failure, 'failure' | 'othersUntried' | 'refused' | 'wentAway'>): boolean {
  return given.failure === 'refused' && (given.refused === 1 || (given.wentAway && given.othersUntried));
}
