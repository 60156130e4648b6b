import type { FailureClass } from '../attempt/failure-class.js';
import { STATUS_CODES } from '../status/status-code.js';
import type { CallOutcome } from './load.js';

/**
 * Statuses that a server in trouble answers with, the classes of Linkerd's load biaser: its application broke
 * (UNKNOWN, INTERNAL, DATA_LOSS), it did not answer in time, it is overloaded, or it is not there.
 */
const MEMBER_FAILURES: ReadonlySet<number> = new Set([
  STATUS_CODES.UNKNOWN,
  STATUS_CODES.DEADLINE_EXCEEDED,
  STATUS_CODES.RESOURCE_EXHAUSTED,
  STATUS_CODES.INTERNAL,
  STATUS_CODES.UNAVAILABLE,
  STATUS_CODES.DATA_LOSS,
]);

/** What grpc-js makes of an answer that it has not read: the deadline has passed, or the connection is given up. */
const OWN_TIMEOUTS: ReadonlySet<number> = new Set([STATUS_CODES.DEADLINE_EXCEEDED, STATUS_CODES.UNAVAILABLE]);

/**
 * Whether the answer may only be missing because we did not read it: no server sent this status, it is one of those that a
 * missing answer ends with, and a stall of our own event loop may explain it (`LoopStalls.excuses`).
 */
export function isOwnTimeout(code: number, fromServer: boolean): boolean {
  return !fromServer && OWN_TIMEOUTS.has(code);
}

/**
 * What the end of a call says about the member that carried it.
 *
 * Any other status than those above is an answer: NOT_FOUND or PERMISSION_DENIED is the caller's mistake, and its
 * latency counts like that of an OK. A cancelled call says nothing: the caller lost interest, or another hedge won.
 *
 * @param code the final status.
 * @param failure what is known of a failed attempt. One that was never sent, or that the transport refused, never met
 * the application, so it says nothing about its speed; the connection's own state keeps such a member from being picked.
 */
export function callOutcome(code: number, failure?: FailureClass): CallOutcome {
  if (code === STATUS_CODES.OK) return 'success';
  if (failure === 'unsent' || failure === 'refused') return 'neutral';
  if (code === STATUS_CODES.CANCELLED) return 'neutral';
  return MEMBER_FAILURES.has(code) ? 'failure' : 'success';
}
