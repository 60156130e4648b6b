import type { Address, Endpoint, EndpointAttributes } from '@fairlead/core';
import type { PortChoice } from './choose-port.js';
import type { EndpointSlice, SlicePod } from './endpoint-slice.js';
import { callablePods, mergeSlices, type MergedPod, type PodCopy } from './merge-slices.js';
import { samePod } from './same-pod.js';

/** An endpoint, and what it was made from. */
interface Row {
  readonly from: MergedPod;
  readonly endpoint: Endpoint;
}

/**
 * The endpoints that a set of slices means. Keeps the object of an endpoint for as long as nothing about it changes, so that
 * whoever compares two reports finds most of it the same.
 */
export class EndpointTable {
  readonly #port: PortChoice;
  #rows = new Map<string, Row>();

  constructor(port: PortChoice) {
    this.#port = port;
  }

  /** @returns whether it is another set than that of before; the order alone says nothing. */
  update(slices: Iterable<EndpointSlice>): { readonly endpoints: readonly Endpoint[]; readonly changed: boolean } {
    const before = this.#rows;
    const rows = new Map<string, Row>();
    let changed = false;
    for (const pod of callablePods(mergeSlices(slices, this.#port))) {
      const known = before.get(pod.id);
      const same = known !== undefined && sameMerged(known.from, pod);
      // The newest copy, so that those of slices that were replaced are let go.
      rows.set(pod.id, { from: pod, endpoint: same ? known.endpoint : endpointOf(pod) });
      changed ||= !same;
    }
    this.#rows = rows;
    return {
      endpoints: Array.from(rows.values(), (row) => row.endpoint),
      changed: changed || rows.size !== before.size,
    };
  }
}

function endpointOf({ id, best, ipv4, ipv6 }: MergedPod): Endpoint {
  return { id, addresses: addressesOf(ipv4, ipv6), attributes: attributesOf(best.pod) };
}

/** RFC 8305 (Happy Eyeballs, which gRFC A61 follows) tries IPv6 first. One of them is there. */
function addressesOf(ipv4: PodCopy | undefined, ipv6: PodCopy | undefined): readonly [Address, ...Address[]] {
  if (ipv4 !== undefined && ipv6 !== undefined) return [addressOf(ipv6), addressOf(ipv4)];
  return [addressOf((ipv4 ?? ipv6)!)];
}

function addressOf({ pod, port }: PodCopy): Address {
  return { kind: 'tcp', host: pod.host, port };
}

/**
 * Conditions are told where they are not the usual ones. Assigned one by one: objects that are made by spreading have a hidden
 * class each, which is more than they have themselves.
 */
function attributesOf({ pod, node, zone, hints, ready, serving, terminating }: SlicePod): EndpointAttributes {
  const attributes: { -readonly [K in keyof EndpointAttributes]: EndpointAttributes[K] } = {};
  if (pod !== undefined) attributes.pod = pod;
  if (node !== undefined) attributes.node = node;
  if (zone !== undefined) attributes.zone = zone;
  if (hints !== undefined) attributes.hints = hints;
  if (!ready) attributes.ready = ready;
  if (!serving) attributes.serving = serving;
  if (terminating) attributes.terminating = terminating;
  return attributes;
}

function sameMerged(a: MergedPod, b: MergedPod): boolean {
  return sameCopy(a.best, b.best) && sameCopy(a.ipv4, b.ipv4) && sameCopy(a.ipv6, b.ipv6);
}

function sameCopy(a: PodCopy | undefined, b: PodCopy | undefined): boolean {
  if (a === undefined || b === undefined) return a === b;
  return a.port === b.port && samePod(a.pod, b.pod);
}
