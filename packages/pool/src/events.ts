import { EventEmitter } from 'node:events';
import type { Endpoint, MemberConnectivity } from '@fairlead/core';

/** Something that deserves attention but stops nothing. */
export interface PoolWarning {
  /** Stable, e.g. `resolver-empty`. */
  readonly code: string;
  readonly message: string;
}

/** The members that an answer of the resolver added, changed and removed. Survivors are in none of the lists. */
export interface EndpointsChange {
  readonly added: readonly Endpoint[];
  readonly changed: readonly Endpoint[];
  readonly removed: readonly Endpoint[];
}

/** A member's connectivity changed. */
export interface MemberStateChange {
  readonly endpoint: Endpoint;
  readonly from: MemberConnectivity;
  readonly to: MemberConnectivity;
  /** A ready connection ended. */
  readonly lost: boolean;
  /** Why, when something failed. */
  readonly cause: string | undefined;
}

/** Events of a pool by name, with what each listener is given. */
export interface PoolEvents {
  /** The aggregate connectivity changed. */
  state: [change: { readonly from: string; readonly to: string }];
  /** The resolver's answer changed the roster. */
  endpoints: [change: EndpointsChange];
  /** A member connected, failed, or lost its connection. */
  member: [change: MemberStateChange];
  /** A member that left the roster has finished its calls, or was cut at the grace limit. */
  drained: [member: { readonly endpoint: Endpoint; readonly cut: number }];
  /** A member's connection was replaced because of its age, `ageMs`; it was pickable throughout. */
  rotated: [member: { readonly endpoint: Endpoint; readonly ageMs: number }];
  /**
   * The event loop of this process did not come round for `durationMs`, at least `eventLoopStallMs`, while calls
   * of the pool waited for their first answer or it was connecting. Told once, when it is over; what was read or timed out late because of it is not
   * held against any member.
   */
  stall: [stall: { readonly durationMs: number }];
  /** A look-up failed; the last good state stays in use. */
  resolverError: [error: Error];
  warning: [warning: PoolWarning];
  /** Everything is released. */
  closed: [];
}

/**
 * Typed events. An event nobody listens to is not even built: callers ask `listens` first.
 *
 * A listener that throws is an uncaught exception of its own: it must not stop the change that it was told of half-way.
 */
export class PoolEmitter extends EventEmitter<PoolEvents> {
  tell<E extends keyof PoolEvents>(name: E, ...args: PoolEvents[E]): void {
    try {
      (this as EventEmitter).emit(name, ...args);
    } catch (error) {
      process.nextTick(() => {
        throw error;
      });
    }
  }

  listens(name: keyof PoolEvents): boolean {
    return this.listenerCount(name) > 0;
  }
}
