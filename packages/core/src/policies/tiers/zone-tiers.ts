import type { EndpointAttributes } from '../../endpoint/endpoint.js';
import type { MemberView } from '../../pick/picker.js';

/** Where the client runs. */
export interface Place {
  readonly zone: string;
  readonly node?: string | undefined;
}

const NODE = 0;
const ZONE = 1;
const REST = 2;

/** Pods on our node, pods of our zone, the rest: 0, 1, 2 for each member in order. */
export function zoneTiers(members: readonly MemberView[], { node, zone }: Place): readonly number[] {
  const pods = members.map((member) => member.endpoint.attributes);
  const byNode = node === undefined ? () => false : isMeantFor(node, pods, nodesOf, (pod) => pod.node);
  const byZone = isMeantFor(zone, pods, zonesOf, (pod) => pod.zone);
  return pods.map((pod) => (byNode(pod) ? NODE : byZone(pod) ? ZONE : REST));
}

const nodesOf = (pod: EndpointAttributes): readonly string[] => pod.hints?.nodes ?? [];
const zonesOf = (pod: EndpointAttributes): readonly string[] => pod.hints?.zones ?? [];

/**
 * Hints count if every ready endpoint has some and at least one has ours, as in kube-proxy's CategorizeEndpoints: while
 * a controller is still writing them, or has none for us, they would hide pods. Otherwise it counts where a pod is.
 */
function isMeantFor(
  ours: string,
  pods: readonly EndpointAttributes[],
  hintsOf: (pod: EndpointAttributes) => readonly string[],
  placeOf: (pod: EndpointAttributes) => string | undefined,
): (pod: EndpointAttributes) => boolean {
  const ready = pods.filter((pod) => pod.ready !== false);
  const complete = ready.every((pod) => hintsOf(pod).length > 0);
  if (complete && ready.some((pod) => hintsOf(pod).includes(ours))) return (pod) => hintsOf(pod).includes(ours);
  return (pod) => placeOf(pod) === ours;
}
