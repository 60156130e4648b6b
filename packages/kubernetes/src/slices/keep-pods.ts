import type { EndpointSlice } from './endpoint-slice.js';
import { samePod } from './same-pod.js';

/**
 * The new content of a slice, with the objects of before for the pods about which nothing has changed. A change of one pod
 * brings the whole slice: without this, each would leave a second copy of every name and uid in the heap.
 */
export function keepPods(before: EndpointSlice | undefined, after: EndpointSlice): EndpointSlice {
  if (before === undefined) return after;
  const known = new Map(before.pods.map((pod) => [pod.host, pod]));
  const pods = after.pods.map((pod) => {
    const old = known.get(pod.host);
    return old !== undefined && samePod(old, pod) ? old : pod;
  });
  return { ...after, pods };
}
