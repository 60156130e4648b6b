import { compareUint64, type Uint64 } from '../../hash/uint64.js';
import { xxh64 } from '../../hash/xxh64.js';
import type { Load } from '../../load/load.js';
import { count } from '../../options/number-rules.js';
import type { BalancingPolicy, PolicyContext, PolicyUpdate } from '../../pick/balancing-policy.js';
import { childPolicy, definePolicy } from '../../pick/define-policy.js';
import { MemberStandIn } from '../../pick/nesting/member-stand-in.js';
import { StandIns } from '../../pick/nesting/stand-ins.js';
import type { MemberView } from '../../pick/picker.js';
import { uniformIndex } from '../../random/uniform-index.js';
import type { Random } from '../../random/random.js';
import { EndpointsInUse, type HashedEndpoint } from '../endpoints-in-use.js';
import { updateSubset } from './update-subset.js';

const HALF = 2 ** 32;
const MAX_UINT32 = HALF - 1;

/** Rendezvous hashing: each client ranks all endpoints by a hash with a seed of its own, and uses the first few (gRFC A68). */
class RandomSubsetting implements BalancingPolicy {
  readonly name = 'random_subsetting';
  readonly ejectable: boolean;
  readonly #size: number;
  readonly #child: BalancingPolicy;
  readonly #endpoints = new EndpointsInUse();
  readonly #standIns = new StandIns<MemberView, MemberStandIn<MemberView>>(
    (member) => new MemberStandIn(member, member.load),
  );
  #seed: Uint64 | undefined;
  /** Indexes of the members in use, in the order of their hashes. */
  #subset: readonly number[] = [];

  constructor(size: number, child: BalancingPolicy) {
    this.#size = size;
    this.#child = child;
    this.ejectable = child.ejectable !== false;
  }

  createLoad(): Load {
    return this.#child.createLoad();
  }

  update<M extends MemberView>(members: readonly M[], context: PolicyContext): PolicyUpdate<M> {
    this.#seed ??= seedOf(context.random);
    if (this.#endpoints.changed(members)) this.#subset = chooseSubset(this.#endpoints.current, this.#size, this.#seed);
    const subset = this.#subset.map((index) => members[index]!);
    const standIns = this.#standIns.of(subset) as readonly MemberStandIn<M>[];
    return updateSubset(this.#child, members, standIns, context);
  }
}

function seedOf(random: Random): Uint64 {
  return { high: uniformIndex(random, HALF), low: uniformIndex(random, HALF) };
}

/** Indexes of those with the smallest hashes, by them; all in their own order where there are not more. */
function chooseSubset(endpoints: readonly HashedEndpoint[], size: number, seed: Uint64): readonly number[] {
  const indexes = endpoints.map((_, index) => index);
  if (endpoints.length <= size) return indexes;
  const hashes = endpoints.map(({ address }) => xxh64(address, seed));
  return indexes.sort((a, b) => compareUint64(hashes[a]!, hashes[b]!)).slice(0, size);
}

/** Options of {@link randomSubsetting}. */
export interface RandomSubsettingOptions {
  /** How many pods this client uses; all where there are not more. Required; 1 to 4 294 967 295. */
  readonly subsetSize: number;
  /** Balances over them. Required, e.g. `peakEwma()`. */
  readonly childPolicy: () => BalancingPolicy;
}

/**
 * `random_subsetting` (gRFC A68): this client connects to `subsetSize` of the pods only, and `childPolicy` balances over those.
 * For large fleets, where clients × pods connections would be too many. Every client draws a subset of its own; a pod that
 * comes or goes changes one place of a subset at most.
 *
 * `{"random_subsetting": {"subsetSize": 20, "childPolicy": [{"peak_ewma": {}}]}}`, both required. The spread is random: a pod
 * has connections of about clients × `subsetSize` / pods clients, give or take its square root. With numbered clients,
 * `deterministic_aperture` spreads exactly. A change of this policy's config draws anew.
 */
export const randomSubsettingPolicy = definePolicy({
  names: ['random_subsetting', 'random_subsetting_experimental'],
  rules: { subsetSize: count({ min: 1, max: MAX_UINT32 }), childPolicy: childPolicy() },
  create: ({ subsetSize, childPolicy: createChild }) => new RandomSubsetting(subsetSize, createChild()),
});

/**
 * {@link randomSubsettingPolicy} from typed options, for `balancing`.
 * @throws InvalidOptionError
 */
export const randomSubsetting = (options: RandomSubsettingOptions): (() => BalancingPolicy) =>
  randomSubsettingPolicy.fromOptions(options);
