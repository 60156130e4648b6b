import { isDeepStrictEqual } from 'node:util';
import type { Address, Endpoint, EndpointAttributes } from '@fairlead/core';
import type { PortChoice } from './choose-port.js';
import type { EndpointSlice } from './endpoint-slice.js';
import { callablePods, mergeSlices, type MergedPod } from './merge-slices.js';

/**
 * The endpoints that a set of slices means. Keeps the object of an endpoint for as long as nothing about it changes, so that
 * whoever compares two reports finds most of it the same.
 */
export class EndpointTable {
  readonly #port: PortChoice;
  #known = new Map<string, Endpoint>();

  constructor(port: PortChoice) {
    this.#port = port;
  }

  /** @returns the list of before when nothing changed. */
  update(slices: Iterable<EndpointSlice>): { readonly endpoints: readonly Endpoint[]; readonly changed: boolean } {
    const before = this.#known;
    const next = new Map<string, Endpoint>();
    let changed = false;
    for (const pod of callablePods(mergeSlices(slices, this.#port))) {
      const known = before.get(pod.id);
      const endpoint = endpointOf(pod);
      const same = known !== undefined && isDeepStrictEqual(known, endpoint);
      next.set(pod.id, same ? known : endpoint);
      changed ||= !same;
    }
    this.#known = next;
    return { endpoints: [...next.values()], changed: changed || next.size !== before.size };
  }
}

function endpointOf({ id, best, ipv4, ipv6 }: MergedPod): Endpoint {
  // RFC 8305 (Happy Eyeballs, which gRFC A61 follows) tries IPv6 first.
  const addresses = [ipv6, ipv4].filter((each) => each !== undefined) as [Address, ...Address[]];
  return { id, addresses, attributes: attributesOf(best) };
}

/** Conditions are told where they are not the usual ones. */
function attributesOf({ pod, node, zone, hints, ready, serving, terminating }: MergedPod['best']): EndpointAttributes {
  return {
    ...(pod !== undefined && { pod }),
    ...(node !== undefined && { node }),
    ...(zone !== undefined && { zone }),
    ...(hints !== undefined && { hints }),
    ...(!ready && { ready }),
    ...(!serving && { serving }),
    ...(terminating && { terminating }),
  };
}
