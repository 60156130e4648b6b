import { formatAddress, type TcpAddress } from '@fairlead/core';
import { choosePort, type PortChoice } from './choose-port.js';
import type { EndpointSlice, SlicePod } from './endpoint-slice.js';

/** One pod, from all slices that tell of it. */
export interface MergedPod {
  /** Its uid, else its address. */
  readonly id: string;
  /** Its best copy: the readiest. */
  readonly best: SlicePod;
  readonly ipv4: TcpAddress | undefined;
  readonly ipv6: TcpAddress | undefined;
}

/** What a slice says of a pod, while it is being merged. */
interface Copy {
  readonly pod: SlicePod;
  readonly port: number;
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
  const copies = new Map<string, Copy[]>();
  for (const { ports, pods } of [...slices].sort(byName)) {
    const port = choosePort(ports, choice);
    if (port === undefined) continue;
    for (const pod of pods) {
      const id = pod.uid ?? formatAddress(addressOf({ pod, port }));
      const known = copies.get(id);
      if (known === undefined) copies.set(id, [{ pod, port }]);
      else known.push({ pod, port });
    }
  }
  return [...copies].map(([id, all]) => mergeCopies(id, all));
}

/**
 * Those that may be called (KEP-1672, KEP-1669): all that are ready; when there is none, those that still serve while
 * they terminate, as kube-proxy does; else none.
 */
export function callablePods(pods: readonly MergedPod[]): readonly MergedPod[] {
  const ready = pods.filter(({ best }) => best.ready);
  return ready.length > 0 ? ready : pods.filter(({ best }) => best.serving && best.terminating);
}

function mergeCopies(id: string, copies: readonly Copy[]): MergedPod {
  const best = bestOf(copies)!;
  const ipv4 = bestOf(copies.filter(({ pod }) => pod.family === 4));
  const ipv6 = bestOf(copies.filter(({ pod }) => pod.family === 6));
  return { id, best: best.pod, ipv4: ipv4 && addressOf(ipv4), ipv6: ipv6 && addressOf(ipv6) };
}

/** The first of the readiest. */
function bestOf(copies: readonly Copy[]): Copy | undefined {
  let best: Copy | undefined;
  for (const copy of copies) if (best === undefined || rank(copy.pod) > rank(best.pod)) best = copy;
  return best;
}

function rank({ ready, serving, terminating }: SlicePod): number {
  return ready ? 3 : serving && terminating ? 2 : serving ? 1 : 0;
}

function addressOf({ pod, port }: Copy): TcpAddress {
  return { kind: 'tcp', host: pod.host, port };
}

function byName(a: EndpointSlice, b: EndpointSlice): number {
  return a.name < b.name ? -1 : a.name > b.name ? 1 : 0;
}
