import { formatAddress } from '@fairlead/core';
import { choosePort, type PortChoice } from './choose-port.js';
import type { EndpointSlice, SlicePod } from './endpoint-slice.js';

/** What one slice says of a pod, and the port that is meant there. */
export interface PodCopy {
  readonly pod: SlicePod;
  readonly port: number;
}

/** One pod, from all slices that tell of it. */
export interface MergedPod {
  /** Its uid, else its address. */
  readonly id: string;
  /** The readiest of what is said of it. */
  readonly best: PodCopy;
  readonly ipv4: PodCopy | undefined;
  readonly ipv6: PodCopy | undefined;
}

/**
 * The pods of a Service: the union over all its slices. There are several for one Service: by address family, by distinct
 * set of ports, and by size. A pod may be in two of them while the controller moves it, and the one that tells more good of
 * it counts, because the other is on its way out; for the same reason the removal of a slice removes no pod that is in
 * another one.
 *
 * The result depends on what the slices say and not on the order in which they came.
 */
export function mergeSlices(slices: Iterable<EndpointSlice>, choice: PortChoice): readonly MergedPod[] {
  const merged = new Map<string, { -readonly [K in keyof MergedPod]: MergedPod[K] }>();
  for (const { ports, pods } of [...slices].sort(byName)) {
    const port = choosePort(ports, choice);
    if (port === undefined) continue;
    for (const pod of pods) {
      const copy = { pod, port };
      const id = pod.uid ?? formatAddress({ kind: 'tcp', host: pod.host, port });
      const known = merged.get(id);
      if (known === undefined) {
        const [ipv4, ipv6] = pod.family === 4 ? [copy, undefined] : [undefined, copy];
        merged.set(id, { id, best: copy, ipv4, ipv6 });
      } else {
        const family = pod.family === 4 ? 'ipv4' : 'ipv6';
        known[family] = readier(known[family], copy);
        known.best = readier(known.best, copy);
      }
    }
  }
  return [...merged.values()];
}

/**
 * Those that may be called (KEP-1672, KEP-1669): all that are ready; when there is none, those that still serve while
 * they terminate, as kube-proxy does; else none.
 */
export function callablePods(pods: readonly MergedPod[]): readonly MergedPod[] {
  const ready = pods.filter(({ best }) => best.pod.ready);
  return ready.length > 0 ? ready : pods.filter(({ best: { pod } }) => pod.serving && pod.terminating);
}

/** The first of those that are equally ready. */
function readier(a: PodCopy | undefined, b: PodCopy): PodCopy {
  return a !== undefined && rank(a.pod) >= rank(b.pod) ? a : b;
}

function rank({ ready, serving, terminating }: SlicePod): number {
  return ready ? 3 : serving && terminating ? 2 : serving ? 1 : 0;
}

function byName(a: EndpointSlice, b: EndpointSlice): number {
  return a.name < b.name ? -1 : a.name > b.name ? 1 : 0;
}
