import type * as grpc from '@grpc/grpc-js';
import type { Address, MemberConnectivity, Timer } from '@fairlead/core';
import type { ConnectionHealth } from '../health/connection-health.js';
import type { Attempt } from './connection-attempt.js';
import type { RotationReason } from './member-context.js';
import type { ConnectionEnd } from './disconnect-reason.js';

/**
 * The life of a member's connection. Each variant owns exactly the resources named in it, and leaving the variant
 * releases them (`Member` has the one transition function).
 *
 * ```text
 *            connect()              SETTINGS received
 *   idle ───────────────▶ connecting ───────────────▶ ready ──┐ rotation: the successor connected,
 *    ▲                     ▲   │ refused, timed out      │ ▲──┘ the old connection drains by itself
 *    │                     │   ▼                         │
 *    │                  backing-off ◀────────────────────┤ (lived too short)
 *    │                     ▲                             │ GOAWAY, connection lost
 *    │                     └── timer ── connecting ◀─────┘ (at once)
 *    └ created        any ──▶ draining ──▶ closed          any ──▶ idle: nobody used the pool
 * ```
 *
 * One channel has at most one connection: losing it closes the channel and the next attempt makes a new one. Calls that
 * grpc-js had not put on the wire fail at that moment as unsent, streams of a connection that only drains go on.
 */
export type MemberState = IdleState | ConnectingState | ReadyState | BackingOffState | DrainingState | ClosedState;

/** No connection and nobody asked for one. */
export interface IdleState {
  readonly kind: 'idle';
  /** The connection before it was not wanted any more; its calls go on. Otherwise there were none. */
  readonly letGo?: boolean;
}

/** An attempt is under way. */
export interface ConnectingState {
  readonly kind: 'connecting';
  readonly attempt: Attempt;
  readonly since: number;
}

/** Connected: calls may be given to `channel`, unless its server says that it is not well. */
export interface ReadyState {
  readonly kind: 'ready';
  readonly channel: grpc.ChannelInterface;
  /** To which of the endpoint's addresses. */
  readonly address: Address;
  readonly since: number;
  /** Why the connection before it was replaced, where it took the place of one. */
  readonly replacedFor: RotationReason;
  /** Knows why the connection ended, when it has. */
  readonly end: ConnectionEnd;
  /** What the server says of itself, where it is asked. */
  readonly health: ConnectionHealth;
}

/** The last attempt failed, or the last connection lived too short; the next attempt follows at the timer. */
export interface BackingOffState {
  readonly kind: 'backing-off';
  readonly timer: Timer;
  readonly until: number;
}

/** Out of the roster: no new calls, and the connection stays until the last call ended or the grace is over. */
export interface DrainingState {
  readonly kind: 'draining';
  readonly channel: grpc.ChannelInterface;
  readonly address: Address;
}

/** The end. Calls that were given to a channel before may still run. */
export interface ClosedState {
  readonly kind: 'closed';
}

/** What a state shows to policies: failure is sticky until the member is ready again (gRPC connectivity semantics). */
export function connectivityOf(state: MemberState, failing: boolean): MemberConnectivity {
  const connectivity = state.kind === 'ready' ? state.health.connectivity : undefined;
  if (connectivity === 'ready') return connectivity;
  if (failing) return 'transient-failure';
  return connectivity ?? (state.kind === 'connecting' ? 'connecting' : 'idle');
}
