import type { Backoff, Clock, Endpoint, LoopStalls, MemberConnectivity, Random } from '@fairlead/core';
import type * as grpc from '@grpc/grpc-js';
import type { HealthChecks } from '../health/health-checks.js';
import type { PoolCounts } from '../pool-counts.js';
import type { ConnectionEnd } from './disconnect-reason.js';
import type { Member } from './member.js';

/** What a member needs from its pool. */
export interface MemberContext {
  readonly clock: Clock;
  readonly random: Random;
  /** Stalls of our own event loop: an attempt to connect is not held against the member for them. */
  readonly stalls: LoopStalls;
  /**
   * Makes the channel of one connection, to the first address, with the credentials of the moment; it does nothing until
   * it is told to connect.
   * @throws when there are no credentials.
   */
  createChannel(endpoint: Endpoint): grpc.ChannelInterface;
  /** The channel of a connection is ready; `end` may be told more of how it ends. */
  onConnected(endpoint: Endpoint, channel: grpc.ChannelInterface, end: ConnectionEnd): void;
  /** Grows when the credentials change: a connection that was made with an older revision is replaced. */
  credentialsRevision(): number;
  /** The members speak TLS. */
  readonly secure: boolean;
  readonly connectTimeoutMs: number;
  /** How long the newest address is tried alone, in ms. */
  readonly connectionAttemptDelayMs: number;
  /** The first step of the reconnection backoff. */
  readonly backoff: Backoff;
  /** Age at which a connection is replaced, in ms; `Infinity` for never. */
  readonly maxConnectionAgeMs: number;
  /** How long calls may run on after their connection was replaced, in ms. */
  readonly maxConnectionAgeGraceMs: number;
  /** Whether grpc-js sends keepalive pings. */
  readonly keepalive: boolean;
  /** What servers say of themselves, where they are asked. */
  readonly health: HealthChecks;
  /** Shared by all members. */
  readonly counts: PoolCounts;
  /**
   * The member's connectivity changed. `lost` is set when a ready connection ended.
   * Called synchronously, so the pool has a new picker when it returns.
   */
  onChange(member: Member, change: MemberChange): void;
  /** An attempt to replace the connection has ended, the member being ready throughout; or the replaced one was cut. */
  onRotation(member: Member, end: RotationEnd): void;
}

/** Why a connection is replaced: its age, or it was made with credentials that have changed since. */
export type RotationReason = 'age' | 'credentials';

/** Why a connection that works is taken out of use while its calls go on: replaced, or the balancing policy let it go. */
export type RetirementReason = RotationReason | 'unwanted';

/** How an attempt to replace a connection ended, and later the calls of the one that was replaced. */
export type RotationEnd =
  | { readonly kind: 'replaced'; readonly ageMs: number; readonly reason: RotationReason }
  | { readonly kind: 'failed'; readonly cause: string }
  | { readonly kind: 'cut'; readonly cut: number; readonly reason: RetirementReason };

/** One change of a member's connectivity. */
export interface MemberChange {
  readonly from: MemberConnectivity;
  readonly to: MemberConnectivity;
  /** A ready connection ended. */
  readonly lost: boolean;
  /** Why, when something failed. */
  readonly cause: string | undefined;
  /** It is connected, and its server says that it is not well, or cannot say. Default false. */
  readonly unhealthy?: boolean;
}
