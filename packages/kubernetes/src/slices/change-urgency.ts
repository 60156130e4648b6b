import { isDeepStrictEqual } from 'node:util';
import type { EndpointSlice, SlicePod } from './endpoint-slice.js';

/** A pod that must not be called any more cannot wait; one more pod can. */
export type Urgency = 'none' | 'addition' | 'removal';

/** What a change of one slice means for who waits to hear of it. `undefined` is a slice that does not exist. */
export function changeUrgency(before: EndpointSlice | undefined, after: EndpointSlice | undefined): Urgency {
  if (before === undefined) return 'addition';
  if (after === undefined || !isDeepStrictEqual(before.ports, after.ports)) return 'removal';
  const stillReady = new Set(after.pods.filter(({ ready }) => ready).map(keyOf));
  if (before.pods.some((pod) => pod.ready && !stillReady.has(keyOf(pod)))) return 'removal';
  // With no ready pod left, those that serve while they terminate are called.
  if (stillReady.size === 0 && before.pods.length > 0) {
    return isDeepStrictEqual(before.pods, after.pods) ? 'none' : 'removal';
  }
  return isDeepStrictEqual(before.pods, after.pods) ? 'none' : 'addition';
}

function keyOf({ uid, host }: SlicePod): string {
  return `${uid} ${host}`;
}
