import type { Load } from '../../load/load.js';
import type { BalancingPolicy, PolicyContext, PolicyUpdate } from '../../pick/balancing-policy.js';
import type { MemberView } from '../../pick/picker.js';
import { mergeTiers } from './merge-tiers.js';
import { TierPicker } from './tier-picker.js';
import { tierHealths } from './tier-health.js';
import { tierShares } from './tier-shares.js';

/** What distinguishes the policies of ordered tiers. */
export interface TieredParts {
  readonly name: string;
  readonly overprovisioning: number;
  /** Makes the policy inside a tier. */
  readonly childPolicy: () => BalancingPolicy;
  /** The tier of each member, in their order; smaller is served first. Integers ≥ 0. */
  tiersOf(members: readonly MemberView[]): readonly number[];
}

/**
 * Ordered tiers of members, a policy of its own in each. The first tier gets all calls as long as enough of its members
 * serve; then a part goes to the next one, and so on (`tierShares`). All tiers are balanced all the time, so that the
 * connections of the later ones are there when they are needed: gRPC's priority policy makes them only then, and waits
 * up to 10 s for a tier that is connecting.
 */
export class TieredPolicy implements BalancingPolicy {
  readonly name: string;
  readonly ejectable: boolean;
  readonly #parts: TieredParts;
  /** The loads of all members are of its making: so a member that changes tiers takes its statistics along. */
  readonly #first: BalancingPolicy;
  readonly #children = new Map<number, BalancingPolicy>();

  constructor(parts: TieredParts) {
    this.name = parts.name;
    this.#parts = parts;
    this.#first = parts.childPolicy();
    this.ejectable = this.#first.ejectable !== false;
  }

  createLoad(): Load {
    return this.#first.createLoad();
  }

  update<M extends MemberView>(members: readonly M[], context: PolicyContext): PolicyUpdate<M> {
    const tiers = this.#group(members);
    this.#forgetOthers(tiers, context);
    const ordered = [...tiers].sort(([a], [b]) => a - b);
    const updates = ordered.map(([tier, own]) => this.#childOf(tier).update(own, context));
    const owned = updates.map((update, index) => ({ update, members: ordered[index]![1] }));
    const shares = tierShares(tierHealths(owned), this.#parts.overprovisioning);
    const pickers = updates.map(({ picker }) => picker);
    return { ...mergeTiers(owned), picker: new TierPicker(pickers, shares, context.random) };
  }

  #group<M extends MemberView>(members: readonly M[]): ReadonlyMap<number, readonly M[]> {
    const numbers = this.#parts.tiersOf(members);
    const tiers = new Map<number, M[]>();
    members.forEach((member, index) => {
      const tier = tiers.get(numbers[index]!);
      if (tier === undefined) tiers.set(numbers[index]!, [member]);
      else tier.push(member);
    });
    return tiers;
  }

  /** A tier that has lost its last member is told so, and gone. */
  #forgetOthers(tiers: ReadonlyMap<number, unknown>, context: PolicyContext): void {
    for (const [tier, child] of this.#children) {
      if (tiers.has(tier)) continue;
      child.update([], context);
      this.#children.delete(tier);
    }
  }

  #childOf(tier: number): BalancingPolicy {
    const known = this.#children.get(tier);
    if (known !== undefined) return known;
    const isFirstFree = ![...this.#children.values()].includes(this.#first);
    const child = isFirstFree ? this.#first : this.#parts.childPolicy();
    this.#children.set(tier, child);
    return child;
  }
}
