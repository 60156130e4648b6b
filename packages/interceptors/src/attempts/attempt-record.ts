import type { Endpoint, FailureClass } from '@fairlead/core';
import type { status } from '@grpc/grpc-js';

/** One attempt of a call, as the trail of its error tells it. */
export interface AttemptRecord {
  /** The pod that the attempt was given to; undefined when none was pickable, or the channel is not one of ours. */
  readonly endpoint: Endpoint | undefined;
  /** When the attempt began, in ms since the Unix epoch. */
  readonly startedAtMs: number;
  /** How long it took, in ms. */
  readonly durationMs: number;
  readonly code: status;
  readonly details: string;
  /** What is known of its effect on the server; undefined for an attempt that succeeded. */
  readonly failure: FailureClass | undefined;
  /** This process ended it, because the grace of a rotation or of a drain was over: it says nothing of the pod. */
  readonly endedHere?: true;
  /** Whether another attempt followed, and why or why not. */
  readonly next: { readonly retried: boolean; readonly reason: string };
}
