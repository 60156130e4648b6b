import type { PolicyUpdate } from '../../pick/balancing-policy.js';
import { aggregateConnectivity } from '../../pick/connectivity.js';
import type { MemberView } from '../../pick/picker.js';

/** One tier: its members, and what the policy in it wants. */
export interface Tier<M extends MemberView> {
  readonly members: readonly M[];
  readonly update: PolicyUpdate<M>;
}

/** What the policies of all tiers want, but for the picker. */
export function mergeTiers<M extends MemberView>(tiers: readonly Tier<M>[]): Omit<PolicyUpdate<M>, 'picker'> {
  const updates = tiers.map(({ update }) => update);
  const revisits = updates.flatMap(({ revisitInMs }) => revisitInMs ?? []);
  const reports = updates.flatMap(({ loadReports }) => loadReports?.intervalMs ?? []);
  // As for members: idle while all tiers are, failed when none is left that may be ready.
  const state = updates.some((update) => update.state !== undefined) && aggregateConnectivity(tiers.map(stateOf));
  return {
    connect: updates.flatMap(({ connect }) => connect),
    letGo: updates.flatMap(({ letGo }) => letGo ?? []),
    ejected: updates.flatMap(({ ejected }) => ejected ?? []),
    spared: updates.flatMap(({ spared }) => spared ?? []),
    revisitInMs: revisits.length === 0 ? undefined : Math.min(...revisits),
    ...(reports.length > 0 && { loadReports: { intervalMs: Math.min(...reports) } }),
    ...(state && { state }),
  };
}

function stateOf<M extends MemberView>({ members, update }: Tier<M>) {
  if (update.state !== undefined) return update.state;
  const letGo = new Set<MemberView>(update.letGo);
  return aggregateConnectivity(members.filter((member) => !letGo.has(member)).map(({ connectivity }) => connectivity));
}
