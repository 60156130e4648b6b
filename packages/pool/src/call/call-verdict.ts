import { status as codes, type StatusObject } from '@grpc/grpc-js';
import { callOutcome, isCredentialsFailure, isLocalEnd, type CallOutcome, type FailureClass } from '@fairlead/core';

/** The end of a call that was given to a member. */
export interface CallEnd {
  readonly status: StatusObject;
  /** Undefined for OK. */
  readonly failure: FailureClass | undefined;
  readonly fromServer: boolean;
  /** It had less time than answers of the member usually take. */
  readonly tooShort: boolean;
}

/**
 * What the end of a call says about its member. Neither a cut, nor a token that could not be had, nor a deadline that nobody
 * could have met is the member's fault.
 */
export function verdictOf({ failure, fromServer, status, tooShort }: CallEnd): CallOutcome {
  if (isLocalEnd(status)) return 'neutral';
  if (tooShort && status.code === codes.DEADLINE_EXCEEDED) return 'neutral';
  if (failure !== undefined && isCredentialsFailure({ details: status.details, fromServer })) return 'neutral';
  return callOutcome(status.code, failure);
}
