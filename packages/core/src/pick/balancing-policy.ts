import type { Random } from '../random/random.js';
import type { Load } from '../load/load.js';
import type { MemberConnectivity, MemberView, Picker } from './picker.js';

/**
 * Decides which members are connected and how calls are spread over them. One instance per pool.
 *
 * The pool calls `update` with all members, in the order in which the pool learned of them (members that stay keep their place), whenever the roster or the connectivity of a
 * member changed, and once `revisitInMs` after the last update when that was set. The answer replaces the previous one.
 */
export interface BalancingPolicy {
  /** Standard name, e.g. `round_robin`. */
  readonly name: string;
  /**
   * False: policies above, such as `outlier_detection`, must not eject members, because this one has chosen its member
   * for as long as it is connected (`pick_first`, gRFC A61). A policy with a child says what its child says. Default true.
   */
  readonly ejectable?: boolean;
  /** The load of a new member. */
  createLoad(): Load;
  update<M extends MemberView>(members: readonly M[], context: PolicyContext): PolicyUpdate<M>;
}

/** What a policy is given at an update. `random` and `reconsider` may be kept. */
export interface PolicyContext {
  readonly now: number;
  readonly random: Random;
  /**
   * Asks the pool to call `update` again at once, before the next pick: for what a policy learns from the calls, e.g. in
   * `Completion.end`. During an update it does nothing.
   */
  reconsider(): void;
}

/** Why a policy gives no calls to a member that is ready. */
export const EJECTION_CAUSES = ['success-rate', 'failure-percentage', 'consecutive-failures'] as const;

export type EjectionCause = (typeof EJECTION_CAUSES)[number];

/** A member that gets no calls, also when it is ready, because of how it answered; or all the same, in a panic. */
export interface Ejection<M extends MemberView = MemberView> {
  readonly member: M;
  readonly cause: EjectionCause;
  /** When it is tried again, in monotonic ms (`Clock.now()`); what is past says that it is being tried. */
  readonly untilMs: number;
  /** False in a panic: so many are ejected that the member gets calls nevertheless. Default true. */
  readonly heeded?: boolean;
}

/** Why an outlier was not ejected (gRFC A91): by chance, or because enough others are. */
export const SPARING_REASONS = ['enforcement-percentage', 'max-ejection-overflow'] as const;

export type SparingReason = (typeof SPARING_REASONS)[number];

/** A member that was found to be an outlier at this update, and was not ejected. */
export interface SparedOutlier<M extends MemberView = MemberView> {
  readonly member: M;
  readonly cause: EjectionCause;
  readonly reason: SparingReason;
}

/** What a policy wants now. */
export interface PolicyUpdate<M extends MemberView = MemberView> {
  readonly picker: Picker<M>;
  /** Members that should be connected (those that are so already may be named again). Others stay as they are. */
  readonly connect: readonly M[];
  /**
   * Members whose connection this policy does not want: calls on it go on, then it is closed, and the member is idle until
   * it is named in `connect`. Default none.
   */
  readonly letGo?: readonly M[];
  /**
   * Members that get no calls now, also when they are ready, for `explain()`, events and metrics; each once. In a panic
   * they do get calls, and are named with `heeded: false`. Default none.
   */
  readonly ejected?: readonly Ejection<M>[];
  /** Outliers found at this update that were not ejected, for metrics. Default none. */
  readonly spared?: readonly SparedOutlier<M>[];
  /**
   * Members that are ready shall report out of band how busy they are (gRFC A51), each to its `Load.report`: one stream
   * of `xds.service.orca.v3.OpenRcaService` for each connection, begun anew when the interval changes. `intervalMs`: how
   * often, at least 0; servers have a minimum of their own, which 0 asks for. A policy that wants them says so in each
   * update. Default none.
   */
  readonly loadReports?: { readonly intervalMs: number };
  /**
   * The state of the whole, for policies that connect only what they need: `idle` is then a state of its own, and some that
   * failed may mean failure while others are idle. Default: `aggregateConnectivity` of the members that are not let go. It
   * does not decide whether calls fail: those wait as long as any member may become ready.
   */
  readonly state?: MemberConnectivity;
  /** Ask again after this time even if nothing changed, in ms. */
  readonly revisitInMs?: number | undefined;
}

/** Makes policies of one name from the content of a service config's `loadBalancingConfig` entry (gRFC A24). */
export interface BalancingPolicyFactory {
  /** Standard name and accepted aliases. */
  readonly names: readonly string[];
  /** Fields that `create` reads. Others are ignored (gRFC A2) with a warning; without this list, nothing is warned of. */
  readonly fields?: readonly string[];
  /**
   * Checks the JSON object of the config entry.
   * @param path where the object stands, for error messages.
   * @param surroundings for policies with children.
   * @throws InvalidOptionError for an invalid value. Unknown fields are ignored (gRFC A2).
   */
  create(
    config: Readonly<Record<string, unknown>>,
    path: string,
    surroundings: PolicySurroundings,
  ): () => BalancingPolicy;
}

/** What the content of a config entry is read with. */
export interface PolicySurroundings {
  /**
   * Chooses the policy of a list inside the entry (`childPolicy`).
   * @throws InvalidServiceConfigError
   */
  child(list: unknown, path: string): () => BalancingPolicy;
  /** Notes what is ignored. */
  warn(text: string): void;
}
