import { classifyFailure, isCredentialsFailure, isLocalEnd } from '@fairlead/core';
import { status as Code, type StatusObject } from '@grpc/grpc-js';
import { attemptsOf } from '../attempts/attempts-of.js';
import type { Outcome } from './breaker.js';

/**
 * What the end of a call says of the callee. A call of which nothing left the process (no pod could be picked, the channel
 * was closed, its deadline passed while it waited, its call credentials could not be had) says nothing, and a cancelled
 * one neither, nor one that the pool ended for reasons of its own: it was ours.
 *
 * @param sawHeaders the server has answered.
 * @param failures statuses that count as failures.
 */
export function outcomeOf(status: StatusObject, sawHeaders: boolean, failures: ReadonlySet<number>): Outcome {
  if (status.code === Code.CANCELLED || isLocalEnd(status)) return 'neutral';
  if (!failures.has(status.code)) return 'success';
  return wasSent(status, sawHeaders) ? 'failure' : 'neutral';
}

function wasSent(status: StatusObject, sawHeaders: boolean): boolean {
  const trail = attemptsOf(status);
  const { code, details } = status;
  const fromServer = isFromServer(status, sawHeaders);
  if (isCredentialsFailure({ details, fromServer })) return false;
  if (trail.length > 0) return trail.some(({ failure, endedHere }) => failure !== 'unsent' && !endedHere);
  return classifyFailure({ code, details, fromServer }) !== 'unsent';
}

/** Whether the server sent it: after headers, or with metadata of its own. */
export function isFromServer({ metadata }: StatusObject, sawHeaders: boolean): boolean {
  return sawHeaders || Object.keys(metadata.getMap()).length > 0;
}
