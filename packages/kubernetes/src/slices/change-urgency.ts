import type { EndpointSlice, SlicePod, SlicePort } from './endpoint-slice.js';
import { samePods } from './same-pod.js';

/** A pod that must not be called any more cannot wait; one more pod can. */
export type Urgency = 'none' | 'addition' | 'removal';

/** What a change of one slice means for who waits to hear of it. `undefined` is a slice that does not exist. */
export function changeUrgency(before: EndpointSlice | undefined, after: EndpointSlice | undefined): Urgency {
  if (before === undefined) return 'addition';
  if (after === undefined || !samePorts(before.ports, after.ports)) return 'removal';
  if (samePods(before.pods, after.pods)) return 'none';
  const stillReady = new Set(after.pods.filter(({ ready }) => ready).map(keyOf));
  // With no ready pod left, those that serve while they terminate are called.
  if (stillReady.size === 0) return 'removal';
  return before.pods.some((pod) => pod.ready && !stillReady.has(keyOf(pod))) ? 'removal' : 'addition';
}

function samePorts(a: readonly SlicePort[], b: readonly SlicePort[]): boolean {
  return a.length === b.length && a.every(({ name, port }, n) => name === b[n]?.name && port === b[n]?.port);
}

function keyOf({ uid, host }: SlicePod): string {
  return `${uid} ${host}`;
}
