import type { Random } from '../random/random.js';
import type { Load } from '../load/load.js';
import type { MemberView, Picker } from './picker.js';

/**
 * Decides which members are connected and how calls are spread over them. One instance per pool.
 *
 * The pool calls `update` with all members, in the order in which the pool learned of them (members that stay keep their place), whenever the roster or the connectivity of a
 * member changed, and once `revisitInMs` after the last update when that was set. The answer replaces the previous one.
 */
export interface BalancingPolicy {
  /** Standard name, e.g. `round_robin`. */
  readonly name: string;
  /** The load of a new member. */
  createLoad(): Load;
  update<M extends MemberView>(members: readonly M[], context: PolicyContext): PolicyUpdate<M>;
}

/** Time and randomness at the moment of an update. `random` may be kept by the picker. */
export interface PolicyContext {
  readonly now: number;
  readonly random: Random;
}

/** What a policy wants now. */
export interface PolicyUpdate<M extends MemberView = MemberView> {
  readonly picker: Picker<M>;
  /** Members that should be connected (those that are so already may be named again). Others stay as they are. */
  readonly connect: readonly M[];
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
   * @throws InvalidOptionError for an invalid value. Unknown fields are ignored (gRFC A2).
   */
  create(config: Readonly<Record<string, unknown>>, path: string): () => BalancingPolicy;
}
