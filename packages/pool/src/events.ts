import type {
  EjectionCause,
  Endpoint,
  MemberConnectivity,
  ResolverNews,
  SourceChange,
  SourceDisagreement,
} from '@fairlead/core';
import { Emitter } from './emitter.js';
import type { KeepaliveThrottle } from './member/keepalive.js';
import type { RetirementReason } from './member/member-context.js';

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
  /** It is connected, and its server says that it is not well, or cannot say (gRFC A17). Default false. */
  readonly unhealthy?: boolean;
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
  /** A member's connection was replaced, `ageMs` old, because of its age or of new credentials; it was pickable throughout. */
  rotated: [member: { readonly endpoint: Endpoint; readonly ageMs: number; readonly reason: 'age' | 'credentials' }];
  /** Calls on a connection that was replaced, or that the balancing policy let go (`unwanted`), did not end within `maxConnectionAgeGraceMs`: so many were ended then. */
  rotationCut: [member: { readonly endpoint: Endpoint; readonly cut: number; readonly reason: RetirementReason }];
  /** A server said `too_many_pings`, so that connections made from now on are pinged less often. */
  keepaliveThrottled: [change: KeepaliveThrottle];
  /**
   * The event loop of this process did not come round for `durationMs`, at least `eventLoopStallMs`, while calls of the pool
   * waited for their first answer or it was connecting. Told once, when it is over; what was read or timed out late because
   * of it is not held against any member.
   */
  stall: [stall: { readonly durationMs: number }];
  /**
   * The balancing policy gives no more calls to a pod because of how it answered; it keeps its connection. `forMs`: when it
   * is taken back, or tried by a call. Told once for each ejection, not when a probe fails.
   */
  ejected: [member: { readonly endpoint: Endpoint; readonly cause: EjectionCause; readonly forMs: number }];
  /** A pod that was ejected gets calls again. */
  readmitted: [member: { readonly endpoint: Endpoint; readonly cause: EjectionCause; readonly ejectedForMs: number }];
  /**
   * So many pods are ejected that ejections are not heeded (`active`), or no longer so many. Of the ready pods, how many
   * are ejected, and how many of these get calls nevertheless (`unheeded`): not all where another zone or priority has
   * enough that are well.
   */
  panic: [
    panic: { readonly active: boolean; readonly ready: number; readonly ejected: number; readonly unheeded: number },
  ];
  /**
   * The health of a pod is to be checked and its server has no `grpc.health.v1.Health`: it counts as healthy (gRFC A17). Once
   * for each pod.
   */
  healthCheckUnimplemented: [member: { readonly endpoint: Endpoint }];
  /** A look-up failed; the last good state stays in use. */
  resolverError: [error: Error];
  /** A resolver with several sources (`fallback`) uses another one from now on. */
  resolverSource: [change: Omit<SourceChange, 'kind'>];
  /** What the resolver says has long been denied by what it is compared with (`crossCheck`), or no longer is. */
  resolverDisagreement: [disagreement: Omit<SourceDisagreement, 'kind'>];
  warning: [warning: PoolWarning];
  /** Everything is released. */
  closed: [];
}

/** Tells the events of one pool. */
export class PoolEmitter extends Emitter<PoolEvents> {
  warn(code: string, message: string): void {
    if (this.listens('warning')) this.tell('warning', { code, message });
  }

  /** What a resolver tells beside its answers. */
  tellNews({ kind, ...news }: ResolverNews): void {
    if (kind === 'source') this.tell('resolverSource', news as PoolEvents['resolverSource'][0]);
    else if (kind === 'disagreement') this.tell('resolverDisagreement', news as PoolEvents['resolverDisagreement'][0]);
    else this.tell('warning', news as PoolWarning);
  }
}
