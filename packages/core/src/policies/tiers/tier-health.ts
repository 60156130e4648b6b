import type { Ejection } from '../../pick/balancing-policy.js';
import type { MemberView } from '../../pick/picker.js';
import type { Tier } from './merge-tiers.js';
import type { TierHealth } from './tier-shares.js';

/**
 * How able the tiers are to serve. Members that answer badly do not count, although their own tier may be in a panic and give
 * them calls: another tier is there for that. Only when nobody else is left anywhere, they do.
 */
export function tierHealths<M extends MemberView>(tiers: readonly Tier<M>[]): readonly TierHealth[] {
  const healths = tiers.map((tier) => healthOf(tier, () => true));
  if (healths.some(({ serving }) => serving > 0)) return healths;
  return tiers.map((tier) => healthOf(tier, ({ heeded }) => heeded !== false));
}

/**
 * Of the members that the tier's policy wants connected, and of those that failed to connect, how many serve. Those that it
 * lets go or has not asked for yet (`pick_first` wants one, a subset a few, a ring who is needed) are no loss; a tier of which
 * it wants nobody counts as healthy, or it would never be asked.
 */
function healthOf<M extends MemberView>(
  { members, update: { connect, ejected = [], letGo } }: Tier<M>,
  isLost: (ejection: Ejection<M>) => boolean,
): TierHealth {
  const unwanted = new Set<M>(letGo);
  const meant = new Set<M>(connect);
  for (const member of members) {
    const { connectivity } = member;
    if (connectivity === 'ready' || (connectivity === 'transient-failure' && !unwanted.has(member))) meant.add(member);
  }
  const lost = new Set(ejected.filter(isLost).map(({ member }) => member));
  const serving = [...meant].filter((member) => member.connectivity === 'ready' && !lost.has(member)).length;
  return meant.size === 0 ? { serving: 1, total: 1 } : { serving, total: meant.size };
}
