import { pushbackOf } from '../retry/pushback.js';
import { STATUS_CODES } from '../status/status-code.js';
import type { CallStatus } from './load.js';

/** A server cannot keep itself out of use for longer (Linkerd's load biaser: 300 s). */
const MOST_HINT_MS = 300_000;

/**
 * What a failure costs at least, in ms: the base, or the time after which an overloaded server wants to be asked again
 * (`grpc-retry-pushback-ms` with UNAVAILABLE or RESOURCE_EXHAUSTED), if that is longer; a hint never costs more than 300 s
 * (Linkerd's load biaser). "Do not retry", which is also what nonsense means, is about the call and names no time: the base.
 */
export function failurePenalty(baseMs: number, status: CallStatus | undefined): number {
  if (status === undefined || !isOverload(status.code)) return baseMs;
  const pushback = pushbackOf(status.metadata);
  return pushback.kind === 'after' ? Math.max(baseMs, Math.min(pushback.delayMs, MOST_HINT_MS)) : baseMs;
}

function isOverload(code: number): boolean {
  return code === STATUS_CODES.UNAVAILABLE || code === STATUS_CODES.RESOURCE_EXHAUSTED;
}
