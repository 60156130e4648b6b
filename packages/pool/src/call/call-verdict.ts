import type { StatusObject } from '@grpc/grpc-js';
import { callOutcome, isCredentialsFailure, isLocalEnd, type CallOutcome, type FailureClass } from '@fairlead/core';

/** What the end of a call says about its member. Neither a cut nor a token that could not be had is the member's fault. */
export function verdictOf(status: StatusObject, failure: FailureClass | undefined, fromServer: boolean): CallOutcome {
  if (isLocalEnd(status)) return 'neutral';
  if (failure !== undefined && isCredentialsFailure({ details: status.details, fromServer })) return 'neutral';
  return callOutcome(status.code, failure);
}
