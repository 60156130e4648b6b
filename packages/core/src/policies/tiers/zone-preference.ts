import { optional, text } from '../../options/value-rules.js';
import type { BalancingPolicy } from '../../pick/balancing-policy.js';
import { definePolicy } from '../../pick/define-policy.js';
import { TIER_RULES, type TierOptions } from './priority.js';
import { TieredPolicy } from './tiered-policy.js';
import { zoneTiers } from './zone-tiers.js';

/** Options of {@link zonePreference}. */
export interface ZonePreferenceOptions extends TierOptions {
  /**
   * The zone of this process, as the endpoints name it (`topology.kubernetes.io/zone`). Required: it is not guessed, and not
   * read from the environment. In Kubernetes the downward API gives the label of a node to a pod since 1.35 (as the pod's
   * own label of that name: `fieldRef: metadata.labels['topology.kubernetes.io/zone']`); before, an admission webhook or an init
   * container writes it.
   */
  readonly zone: string;
  /**
   * The node of this process (`fieldRef: spec.nodeName`): pods on it come first, then those of the zone. Default none. Only
   * sensible where every node has a pod (a DaemonSet, hints of `PreferSameNode`), or single pods carry the calls of whole nodes.
   */
  readonly node?: string;
}

/**
 * `zone_preference`: calls stay in the client's zone as long as it has enough ready pods; then a part goes to other zones, the
 * more the fewer there are, and everything when there is none. `{"zone_preference": {"zone": "eu-west-1a"}}`; optional are
 * `node`, `overprovisioning` (1.4) and `childPolicy`.
 *
 * A pod is of our zone when its EndpointSlice hint says so (`forZones`), if every ready pod has hints and one has ours
 * (kube-proxy's rule), else when it is in it (`EndpointAttributes.zone`); likewise for the node. The tiers and their shares
 * are those of `priority`. All pods are kept connected.
 *
 * What kube-proxy does not do: it sends everything to a zone with a single ready pod left. What nobody can do from here:
 * if far more clients than pods are in one zone, its pods carry more; hints are made to prevent that.
 */
export const zonePreferencePolicy = definePolicy({
  names: ['zone_preference'],
  rules: { zone: text(), node: optional(text()), ...TIER_RULES },
  create: ({ zone, node, ...options }) =>
    new TieredPolicy({
      ...options,
      name: 'zone_preference',
      tiersOf: (members) => zoneTiers(members, { zone, node }),
    }),
});

/**
 * {@link zonePreferencePolicy} from typed options, for `balancing`.
 * @throws InvalidOptionError
 */
export const zonePreference = (options: ZonePreferenceOptions): (() => BalancingPolicy) =>
  zonePreferencePolicy.fromOptions(options);
