import { compareText } from '../../hash/compare-text.js';
import { compareUint64 } from '../../hash/uint64.js';
import { xxh64 } from '../../hash/xxh64.js';
import { InvalidOptionError } from '../../errors/invalid-option-error.js';
import type { Load } from '../../load/load.js';
import { count } from '../../options/number-rules.js';
import type { BalancingPolicy, PolicyContext, PolicyUpdate } from '../../pick/balancing-policy.js';
import { childPolicy, definePolicy } from '../../pick/define-policy.js';
import { MemberStandIn } from '../../pick/nesting/member-stand-in.js';
import { StandIns } from '../../pick/nesting/stand-ins.js';
import type { MemberView } from '../../pick/picker.js';
import { EndpointsInUse, type HashedEndpoint } from '../endpoints-in-use.js';
import { peakEwma } from '../peak-ewma-policy.js';
import { ringSlice, type Instance } from './ring-slice.js';
import { updateSubset } from './update-subset.js';

/** Below about four, power of two choices does not follow weights, and below twelve all may be down at once (Finagle). */
const MIN_APERTURE = 12;

interface Covered {
  readonly index: number;
  readonly weight: number;
}

class DeterministicAperture implements BalancingPolicy {
  readonly name = 'deterministic_aperture';
  readonly ejectable: boolean;
  readonly #instance: Instance;
  readonly #minAperture: number;
  readonly #child: BalancingPolicy;
  readonly #endpoints = new EndpointsInUse();
  readonly #standIns = new StandIns<MemberView, MemberStandIn<MemberView>>(
    (member) => new MemberStandIn(member, member.load),
  );
  #covered: readonly Covered[] = [];

  constructor(instance: Instance, minAperture: number, child: BalancingPolicy) {
    this.#instance = instance;
    this.#minAperture = minAperture;
    this.#child = child;
    this.ejectable = child.ejectable !== false;
  }

  createLoad(): Load {
    return this.#child.createLoad();
  }

  update<M extends MemberView>(members: readonly M[], context: PolicyContext): PolicyUpdate<M> {
    if (this.#endpoints.changed(members)) this.#covered = this.#cover(this.#endpoints.current);
    const covered = this.#covered.map(({ index }) => members[index]!);
    const standIns = this.#standIns.of(covered) as readonly MemberStandIn<M>[];
    for (const [at, standIn] of standIns.entries()) standIn.weight = this.#covered[at]!.weight;
    return updateSubset(this.#child, members, standIns, context);
  }

  #cover(endpoints: readonly HashedEndpoint[]): readonly Covered[] {
    const order = agreedOrder(endpoints);
    const weights = order.map((index) => endpoints[index]!.weight);
    const slice = ringSlice(weights, this.#instance, this.#minAperture);
    return order.map((index, at) => ({ index, weight: slice[at]! })).filter(({ weight }) => weight > 0);
  }
}

/** The same for all clients, and neighbours have nothing in common: pods of one zone or node often have similar addresses. */
function agreedOrder(endpoints: readonly HashedEndpoint[]): readonly number[] {
  const hashes = endpoints.map(({ hashKey }) => xxh64(hashKey));
  const byHash = (a: number, b: number): number =>
    compareUint64(hashes[a]!, hashes[b]!) || compareText(endpoints[a]!.endpoint.id, endpoints[b]!.endpoint.id);
  return endpoints.map((_, index) => index).sort(byHash);
}

/** Options of {@link deterministicAperture}. */
export interface DeterministicApertureOptions {
  /** Which of the clients this one is: 0 to `totalInstances` − 1. Required. */
  readonly instanceId: number;
  /** How many clients there are, each with a number of its own. Required; at least 1. */
  readonly totalInstances: number;
  /** How many pods a client uses at least; all where there are not more. Default 12; at least 1. */
  readonly minAperture?: number;
  /** Balances over them. Default `peakEwma()`. One that heeds no weights spreads less evenly where pods are shared. */
  readonly childPolicy?: () => BalancingPolicy;
}

/**
 * `deterministic_aperture`: each of a number of clients connects to its own part of the pods, and together they load all pods
 * evenly (Finagle's deterministic aperture). A pod is used by clients × aperture / pods clients, not more; at the edges of a
 * client's part a pod is used in part, by a weight that `childPolicy` heeds.
 *
 * `{"deterministic_aperture": {"instanceId": 3, "totalInstances": 40, "minAperture": 12, "childPolicy": [{"peak_ewma": {}}]}}`;
 * the first two are required. Clients must be numbered without gaps:
 *
 * - pods of a StatefulSet have an ordinal, in the label `apps.kubernetes.io/pod-index` (downward API) and at the end of their
 *   host name: `Number(os.hostname().split('-').at(-1))`;
 * - worker processes of one pod (`node:cluster`) have `cluster.worker.id - 1`, as long as none was replaced; otherwise give each
 *   a number in `cluster.fork({ INSTANCE_ID })`;
 * - both: `ordinal * workers + worker`, of `replicas * workers`.
 *
 * Tell clients of a changed number by another service config (`setServiceConfig`): until all know of it, load is uneven, and
 * nothing fails. Clients without numbers: `random_subsetting`.
 */
export const deterministicAperturePolicy = definePolicy({
  names: ['deterministic_aperture'],
  rules: {
    instanceId: count(),
    totalInstances: count({ min: 1 }),
    minAperture: count({ default: MIN_APERTURE, min: 1 }),
    childPolicy: childPolicy(peakEwma()),
  },
  check({ instanceId, totalInstances }, path) {
    if (instanceId < totalInstances) return;
    const expected = `an integer below totalInstances, which is ${totalInstances}`;
    throw new InvalidOptionError(`${path}.instanceId`, instanceId, expected);
  },
  create: ({ childPolicy: createChild, minAperture, ...instance }) =>
    new DeterministicAperture(instance, minAperture, createChild()),
});

/**
 * {@link deterministicAperturePolicy} from typed options, for `balancing`.
 * @throws InvalidOptionError
 */
export const deterministicAperture = (options: DeterministicApertureOptions): (() => BalancingPolicy) =>
  deterministicAperturePolicy.fromOptions(options);
