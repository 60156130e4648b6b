import { formatAddress } from '../endpoint/address.js';
import type { Endpoint } from '../endpoint/endpoint.js';
import type { MemberView } from '../pick/picker.js';
import { weightOf } from '../pick/weight.js';

/** An endpoint for those who hash it. */
export interface HashedEndpoint {
  readonly endpoint: Endpoint;
  /** Its first address. */
  readonly address: string;
  /** What it is called: its attribute `hashKey`, else its first address (gRFC A76). */
  readonly hashKey: string;
  readonly weight: number;
}

/**
 * The endpoints that a policy has built something of, to build it anew when they changed and not whenever one of them
 * connects or fails.
 */
export class EndpointsInUse {
  #current: readonly HashedEndpoint[] = [];

  get current(): readonly HashedEndpoint[] {
    return this.#current;
  }

  /** Whether these are other endpoints than before, or the same with other names or weights; they are the current ones then. */
  changed(members: readonly MemberView[]): boolean {
    const current = this.#current;
    const same = members.length === current.length && members.every((member, index) => isSame(member, current[index]!));
    if (!same) this.#current = members.map(hashedOf);
    return !same;
  }
}

function isSame(member: MemberView, known: HashedEndpoint): boolean {
  if (weightOf(member) !== known.weight) return false;
  if (member.endpoint === known.endpoint) return true;
  const { address, endpoint, hashKey } = hashedOf(member);
  return endpoint.id === known.endpoint.id && address === known.address && hashKey === known.hashKey;
}

function hashedOf(member: MemberView): HashedEndpoint {
  const { endpoint } = member;
  const address = formatAddress(endpoint.addresses[0]);
  return { endpoint, address, hashKey: endpoint.attributes.hashKey || address, weight: weightOf(member) };
}
