import { EJECTION_CAUSES, SPARING_REASONS, type EjectionCause, type SparingReason } from '@fairlead/core';
import { DISCONNECT_REASONS, type DisconnectReason } from './member/disconnect-reason.js';

/**
 * What has happened in a pool since it was made, its members that left included. Plain numbers that only grow, but for
 * `openConnections`.
 */
export interface PoolCounters {
  /** Calls that were given to a member; an attempt of a retry or hedge counts as one. */
  readonly picks: number;
  /** Of those, the ones that ended with OK. */
  readonly succeeded: number;
  /** Of those, the ones that ended otherwise; the rest is in flight. */
  readonly failed: number;
  /** Connections that were made. */
  readonly connectionAttemptsSucceeded: number;
  /** Attempts to connect that were refused or timed out; not those that were given up because nobody needed them any more. */
  readonly connectionAttemptsFailed: number;
  /** Connections that are open now, those of pods that left and still have calls included. */
  readonly openConnections: number;
  /** Connections that ended, by why (gRFC A94). */
  readonly disconnections: Readonly<Record<DisconnectReason, number>>;
  /** Connections that were replaced because of their age, or of new credentials. */
  readonly rotations: number;
  /** Members that were ejected because of how they answered, by why. */
  readonly ejections: Readonly<Record<EjectionCause, number>>;
  /** Outliers that were not ejected, by how they were found and why they were spared (gRFC A91). */
  readonly sparedOutliers: Readonly<Record<EjectionCause, Readonly<Record<SparingReason, number>>>>;
  /** How often so many were ejected that ejections were not heeded any more. */
  readonly panics: number;
}

/** Counts for {@link PoolCounters}. All members of a pool share one. */
export class PoolCounts implements PoolCounters {
  picks = 0;
  succeeded = 0;
  failed = 0;
  connectionAttemptsSucceeded = 0;
  connectionAttemptsFailed = 0;
  rotations = 0;
  panics = 0;
  /** When a call was given to a member last, in monotonic ms. */
  lastPickedAt: number | undefined;
  readonly disconnections = zeroes(DISCONNECT_REASONS);
  readonly ejections = zeroes(EJECTION_CAUSES);
  readonly sparedOutliers = noneSpared();

  get openConnections(): number {
    const ended = DISCONNECT_REASONS.reduce((sum, reason) => sum + this.disconnections[reason], 0);
    return this.connectionAttemptsSucceeded - ended;
  }

  /** A copy that does not change any more. */
  snapshot(): PoolCounters {
    const { picks, succeeded, failed, connectionAttemptsSucceeded, connectionAttemptsFailed, panics, rotations } = this;
    return {
      picks,
      succeeded,
      failed,
      connectionAttemptsSucceeded,
      connectionAttemptsFailed,
      openConnections: this.openConnections,
      disconnections: { ...this.disconnections },
      rotations,
      ejections: { ...this.ejections },
      sparedOutliers: structuredClone(this.sparedOutliers),
      panics,
    };
  }
}

function noneSpared(): Record<EjectionCause, Record<SparingReason, number>> {
  const none = EJECTION_CAUSES.map((cause) => [cause, zeroes(SPARING_REASONS)]);
  return Object.fromEntries(none) as Record<EjectionCause, Record<SparingReason, number>>;
}

function zeroes<K extends string>(keys: readonly K[]): Record<K, number> {
  return Object.fromEntries(keys.map((key) => [key, 0])) as Record<K, number>;
}
