import type { OrcaLoadReport } from '../orca/orca-load-report.js';

/** How a picked call ended, as far as load is concerned. */
export type CallOutcome =
  /** The member answered; its latency counts, whatever the application said. */
  | 'success'
  /** The member failed the call. A fast failure must not look like a light load. */
  | 'failure'
  /** The end says nothing about the member: cancelled by the caller, never sent, failed locally. */
  | 'neutral';

/** The final status of a call as a load may read it: grpc-js's `StatusObject` is one. */
export interface CallStatus {
  readonly code: number;
  /** The trailers; for a call that ended without headers, all that the server sent. */
  readonly metadata: { get(key: string): readonly (string | Uint8Array)[] };
}

/**
 * What must be called exactly once when a picked call ends.
 *
 * The pool calls `responded` at most once, at the first response message, and then `end` exactly once on every path:
 * status, cancel, failure to start. `now` is `Clock.now()`.
 *
 * `distorted`: the time since the pick says nothing of how quick the member was, because our own event loop was stalled
 * (`LoopStalls.distorts`). A load that measures time leaves it out. Default false.
 *
 * `status`: what the call ended with; undefined when it never got to the member. `outcome` is the judgement: one that is
 * `neutral` counts neither for nor against the member, whatever the status.
 */
export interface Completion {
  /** The first response message arrived: the latency of a stream is known here, not at its end. */
  responded(now: number, distorted?: boolean): void;
  /** The call is over; its place is free again. A second call of `end` is a bug in the pool and is ignored. */
  end(now: number, outcome: CallOutcome, distorted?: boolean, status?: CallStatus): void;
}

/**
 * A member's current cost; smaller is better. One per member, kept as long as the member is in the roster, so that
 * survivors of an update keep their statistics.
 *
 * Loads take the time as an argument and have no clock of their own. Reading is free of side effects.
 */
export interface Load {
  /** The cost of giving the next call to this member, ≥ 0 and finite. Called for each candidate of each pick. */
  valueAt(now: number): number;
  /** Reserves the place of a call at the moment it is picked, before anything is sent. */
  begin(now: number): Completion;
  /**
   * Takes a call over that began under another load, because the pool's balancing policy was replaced: its place counts,
   * its latency does not, since nobody knows how much of it was before. Default: `begin`.
   * @param awaiting its first response message has not arrived yet.
   */
  adopt?(now: number, awaiting: boolean): Completion;
  /**
   * The member said out of band how busy it is, because the policy asked for that (`PolicyUpdate.loadReports`). Loads
   * that do not care have no such method; one that wraps another hands it on.
   */
  report?(report: OrcaLoadReport, now: number): void;
  /** Calls begun and not ended. */
  readonly inFlight: number;
  /**
   * The load whose `valueAt` and `inFlight` are this one's, when this one does no more than watch the calls. A picker may read
   * it instead, for as long as its snapshot lives: one object less to look at for each candidate of each pick.
   */
  readonly cost?: Load;
}
