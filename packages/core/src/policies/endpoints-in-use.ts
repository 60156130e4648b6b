import { formatAddress } from '../endpoint/address.js';
import type { Endpoint } from '../endpoint/endpoint.js';
import type { MemberView } from '../pick/picker.js';
import { weightOf } from '../pick/weight.js';

/** An endpoint for those who hash it. */
export interface HashedEndpoint {
  readonly endpoint: Endpoint;
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

  /** Whether these are other endpoints than before, or the same with other keys or weights; they are the current ones then. */
  changed(members: readonly MemberView[]): boolean {
    if (this.#areCurrent(members)) return false;
    this.#current = members.map((member) => ({
      endpoint: member.endpoint,
      hashKey: hashKeyOfEndpoint(member.endpoint),
      weight: weightOf(member),
    }));
    return true;
  }

  #areCurrent(members: readonly MemberView[]): boolean {
    const current = this.#current;
    if (members.length !== current.length) return false;
    return members.every((member, index) => {
      const { endpoint, hashKey, weight } = current[index]!;
      if (weightOf(member) !== weight) return false;
      return (
        member.endpoint === endpoint ||
        (member.endpoint.id === endpoint.id && hashKeyOfEndpoint(member.endpoint) === hashKey)
      );
    });
  }
}

function hashKeyOfEndpoint({ addresses, attributes }: Endpoint): string {
  return attributes.hashKey || formatAddress(addresses[0]);
}
