import type { AttemptContext } from '../attempt/attempt-context.js';
import type { Endpoint } from '../endpoint/endpoint.js';
import type { Load } from '../load/load.js';

/** A member's connection as a policy sees it. `transient-failure` lasts until the member is ready again (gRPC connectivity semantics). */
export type MemberConnectivity = 'idle' | 'connecting' | 'ready' | 'transient-failure';

/** What a balancing policy and its picker may know of a member. The pool's Member implements it. */
export interface MemberView {
  readonly endpoint: Endpoint;
  readonly connectivity: MemberConnectivity;
  readonly load: Load;
  /** Relative capacity that counts instead of the endpoint's, where a policy above has another one in mind; see `weightOf`. */
  readonly weight?: number;
}

/** One question: "which member for this call?" */
export interface PickRequest {
  /** Full method path, `/package.Service/Method`. */
  readonly path: string;
  /** Header look-up for policies that hash or route by metadata. */
  readonly metadata: { get(key: string): readonly (string | Uint8Array)[] };
  /** What decides where a policy that hashes sends the call, when the caller has said (`setHashKey`). */
  readonly hashKey?: string | undefined;
  /** What earlier attempts of the same call tried, when the call comes from a retry or hedging policy. */
  readonly attempt?: AttemptContext | undefined;
}

/** The answer. */
export type PickResult<M extends MemberView = MemberView> =
  /** Give the call to this member. It must be ready. `connect`: one that should be connected for later calls. */
  | { readonly kind: 'picked'; readonly member: M; readonly connect?: M }
  /**
   * Nobody now: the call waits for the next picker, bounded by its deadline. `connect`: a member that a lazy policy wants
   * connected for it.
   */
  | { readonly kind: 'wait'; readonly connect?: M }
  /** The call fails now with UNAVAILABLE and this reason, and must not be retried (gRPC's DROP). */
  | { readonly kind: 'fail'; readonly reason: string };

/**
 * A frozen snapshot that answers "which member for this call?".
 *
 * Rules for the implementer:
 * - It is made from one list of members and never sees another one; the pool replaces it whenever anything changed.
 * - `pick` is synchronous, does not block, throws nothing and starts nothing. It is called for every attempt of every
 *   call: allocate little.
 * - A member in `request.attempt.tried` is not picked while another one is pickable.
 * - Do not reserve load: the pool calls `member.load.begin()` for the member that it really uses, right after the pick
 *   and before anybody else picks.
 */
export interface Picker<M extends MemberView = MemberView> {
  pick(request: PickRequest, now: number): PickResult<M>;
}
