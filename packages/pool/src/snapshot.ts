import { connectivityState } from '@grpc/grpc-js';
import type { EjectionCause, Endpoint, MemberConnectivity, StallCounts } from '@fairlead/core';
import { costOf } from './call/guarded-load.js';
import type { StandingEjection } from './ejections.js';
import type { Member } from './member/member.js';
import type { PoolCounters } from './pool-counts.js';
import type { Membership } from './membership.js';
import type { Resolution } from './resolution.js';

/** A pool at one moment. Plain data, fit for `JSON.stringify`. */
export interface PoolSnapshot {
  readonly target: string;
  /** Aggregate connectivity: `IDLE`, `CONNECTING`, `READY`, `TRANSIENT_FAILURE` or `SHUTDOWN`. */
  readonly state: string;
  /** For how long nothing runs, because nobody used the pool for the idle timeout, in ms; undefined otherwise. */
  readonly idleForMs: number | undefined;
  /** Name of the balancing policy. */
  readonly policy: string;
  /** How often the picker was replaced. */
  readonly generation: number;
  /** Calls that wait for a pod. */
  readonly waitingCalls: number;
  /** Stalls of our own event loop while calls waited for their first answer or the pool was connecting. */
  readonly stalls: StallCounts;
  /** So many members are ejected that ejections are not heeded: whose, `MemberSnapshot.ejected.heeded` says. */
  readonly panic: boolean;
  readonly members: readonly MemberSnapshot[];
  /** Members that left the roster and still have calls. */
  readonly draining: readonly MemberSnapshot[];
  readonly resolver: ResolverSnapshot;
  /** What has happened since the pool was made. */
  readonly counters: PoolCounters;
}

/** One member at one moment. */
export interface MemberSnapshot {
  readonly endpoint: Endpoint;
  readonly address: string;
  readonly connectivity: MemberConnectivity;
  /** Calls that were given to it so far. */
  readonly picks: number;
  /** Calls in flight. */
  readonly inFlight: number;
  /** The cost that the balancing policy compares; its unit depends on the policy. */
  readonly load: number;
  /** Why the member is not connected, or connected and not healthy; undefined when it is ready, or is meant to be idle. */
  readonly lastError: string | undefined;
  /**
   * That it gets no calls because of how it answered, and for how long yet, in ms; 0 while it is tried. In a panic it gets
   * calls nevertheless: it is not `heeded`. Undefined otherwise.
   */
  readonly ejected: { readonly cause: EjectionCause; readonly forMs: number; readonly heeded: boolean } | undefined;
}

/** The state of name resolution. */
export interface ResolverSnapshot {
  /** Time since the last answer, good or bad, in ms; undefined before the first, and while nothing is asked because nobody uses the pool. */
  readonly ageMs: number | undefined;
  /** How old what it said is, in ms, when it had to be taken from what was kept (`lastKnownGood`); undefined otherwise. */
  readonly stateAgeMs: number | undefined;
  /** Text of the newest answer's error, when that was one. */
  readonly lastError: string | undefined;
  /** What the resolver said about its last good answer. */
  readonly attributes: Readonly<Record<string, unknown>>;
}

/** The parts of a pool that a snapshot is taken of. */
export interface SnapshotSource {
  readonly target: string;
  readonly state: connectivityState;
  readonly policy: string;
  readonly now: number;
  readonly waitingCalls: number;
  readonly idleForMs: number | undefined;
  readonly stalls: StallCounts;
  readonly membership: Membership;
  readonly resolution: Resolution;
}

export function takeSnapshot(source: SnapshotSource): PoolSnapshot {
  const { idleForMs, membership, now, policy, resolution, stalls, state, target, waitingCalls } = source;
  const snapshotOf = (member: Member): MemberSnapshot => ({
    endpoint: member.endpoint,
    address: member.address,
    connectivity: member.connectivity,
    picks: member.tally.picks,
    inFlight: member.load.inFlight,
    load: costOf(member.load, now),
    lastError: member.errors.present,
    ejected: ejectionOf(membership.ejections.of(member), now),
  });
  return {
    target,
    state: connectivityState[state],
    idleForMs,
    policy,
    generation: membership.generation,
    waitingCalls,
    stalls,
    panic: membership.ejections.panic,
    members: membership.members.map(snapshotOf),
    draining: [...membership.draining].map(snapshotOf),
    resolver: {
      ageMs: resolution.ageMs,
      stateAgeMs: resolution.stateAgeMs,
      lastError: resolution.lastError?.message,
      attributes: resolution.state?.attributes ?? {},
    },
    counters: membership.counts.snapshot(),
  };
}

function ejectionOf(ejection: StandingEjection | undefined, now: number): MemberSnapshot['ejected'] {
  if (ejection === undefined) return undefined;
  const { cause, heeded, untilMs } = ejection;
  return { cause, forMs: Math.max(0, untilMs - now), heeded };
}
