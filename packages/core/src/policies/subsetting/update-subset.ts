import type { BalancingPolicy, PolicyContext, PolicyUpdate } from '../../pick/balancing-policy.js';
import { liftUpdate } from '../../pick/nesting/lift-update.js';
import type { MemberStandIn } from '../../pick/nesting/member-stand-in.js';
import type { MemberView } from '../../pick/picker.js';

/** Lets the child balance over a subset of the members; the others are let go. */
export function updateSubset<M extends MemberView>(
  child: BalancingPolicy,
  members: readonly M[],
  subset: readonly MemberStandIn<M>[],
  context: PolicyContext,
): PolicyUpdate<M> {
  const update = liftUpdate(child.update(subset, context));
  if (subset.length === members.length) return update;
  const used = new Set(subset.map(({ member }) => member));
  const unused = members.filter((member) => !used.has(member));
  return { ...update, letGo: update.letGo === undefined ? unused : [...unused, ...update.letGo] };
}
