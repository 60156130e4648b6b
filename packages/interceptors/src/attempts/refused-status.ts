import type { Clock } from '@fairlead/core';
import type { status, StatusObject } from '@grpc/grpc-js';
import { ownStatus } from '../call/own-status.js';
import { withAttempts } from './attempts-of.js';

/**
 * The status of a call that a policy of ours did not let out: its trail has one attempt, which was unsent.
 * @param reason why no other attempt followed.
 */
export function refusedStatus(code: status, details: string, reason: string, clock: Clock): StatusObject {
  const next = { retried: false, reason };
  const startedAtMs = clock.epochNow();
  const record = { endpoint: undefined, startedAtMs, durationMs: 0, code, details, failure: 'unsent' as const, next };
  return withAttempts(ownStatus(code, details), [record]);
}
