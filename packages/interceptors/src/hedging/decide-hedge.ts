import { isFreeRefusal } from '../retry/decide.js';
import { status } from '@grpc/grpc-js';
import type { FailureClass, HedgingPolicy, Pushback } from '@fairlead/core';

/** What is known when one of a call's attempts has failed. */
export interface HedgeFailure {
  readonly code: status;
  readonly failure: FailureClass;
  /** Its connection ended before the server had told a status. */
  readonly connectionLost: boolean;
  /** The attempt was given to a pod. */
  readonly picked: boolean;
  /** It was one that the call can do without. */
  readonly optional: boolean;
  /** There is a pickable pod that this call has not tried. */
  readonly othersUntried: boolean;
  /** It was refused because its connection ended. */
  readonly wentAway: boolean;
  readonly pushback: Pushback;
  /** Refused attempts so far, this one included. */
  readonly refused: number;
}

/**
 * What follows from it for the call.
 *
 * - `fatal`: the call ends with this failure, whatever else is under way.
 * - `replace`: the attempt did not take place for the server; another one takes its place, for free.
 * - `next`: the next hedge follows, at once or when the server says.
 * - `stop`: no more hedges are sent; those under way go on.
 * - `none`: it was a hedge for which there was no pod to spare. Nobody will miss it.
 */
export type HedgeDecision =
  | { readonly kind: 'fatal' | 'stop' | 'none'; readonly reason: string }
  | { readonly kind: 'replace'; readonly reason: string; readonly delay: 'none' | 'backoff' }
  | { readonly kind: 'next'; readonly reason: string; readonly afterMs: number };

/**
 * What follows from a failed attempt of a hedged call (gRFC A6). Pure; the rule that decides names itself in `reason`.
 * Unsent and refused attempts are what they are for retries.
 */
export function decideHedge(given: HedgeFailure, policy: HedgingPolicy): HedgeDecision {
  if (!given.picked) {
    return given.optional
      ? { kind: 'none', reason: 'no other pod could be spared for it' }
      : { kind: 'fatal', reason: 'no pod could be picked' };
  }
  if (given.failure === 'maybe-processed') return decideByPolicy(given, policy);
  const delay = given.othersUntried ? 'none' : 'backoff';
  if (given.failure === 'unsent') return { kind: 'replace', reason: 'nothing of it left the process', delay };
  if (isFreeRefusal(given)) {
    return { kind: 'replace', reason: 'the server refused it before the application saw it', delay };
  }
  return { kind: 'next', reason: 'refused once more', afterMs: 0 };
}

/** Whether a budget that counts failures counts this one (gRFC A6): non-fatal ones, and a "do not retry". */
export function countsAsFailure(given: HedgeFailure, policy: HedgingPolicy): boolean {
  if (!given.picked || given.failure === 'unsent') return false;
  if (given.failure === 'refused') return !isFreeRefusal(given);
  return given.connectionLost || given.pushback.kind === 'stop' || policy.nonFatalStatusCodes.has(given.code);
}

function decideByPolicy({ code, connectionLost, pushback }: HedgeFailure, policy: HedgingPolicy): HedgeDecision {
  // No word of the server, and a hedged method may run several times. Cancelled hedges can be what ends a connection.
  if (connectionLost) return { kind: 'next', reason: 'its connection was lost before an answer', afterMs: 0 };
  const name = status[code];
  if (!policy.nonFatalStatusCodes.has(code)) return { kind: 'fatal', reason: `${name} is not in nonFatalStatusCodes` };
  if (pushback.kind === 'stop') return { kind: 'stop', reason: 'the server asked not to retry (pushback)' };
  const afterMs = pushback.kind === 'after' ? pushback.delayMs : 0;
  return { kind: 'next', reason: `${name} is in nonFatalStatusCodes`, afterMs };
}
