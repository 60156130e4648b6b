import type { Address } from './address.js';
import type { Endpoint, EndpointAttributes } from './endpoint.js';

/** Whoever stands for an endpoint: a member. */
export interface EndpointHolder {
  /** As last reported. */
  readonly endpoint: Endpoint;
}

/** What an update changes. An endpoint of the new list that is in none of these is as it was. */
export interface EndpointDiff<H extends EndpointHolder> {
  /** New identities. In the order of `next`. */
  readonly added: readonly Endpoint[];
  /** Same identity, other addresses (or another order of preference) or attributes. In the order of `next`. */
  readonly changed: readonly { readonly holder: H; readonly endpoint: Endpoint }[];
  /** Those whose identity is gone. In the order of `previous`. */
  readonly removed: readonly H[];
}

/**
 * Compares a full list with what there is, by identity, so that survivors keep their connections and statistics. When `next`
 * names an id more than once, the first one counts.
 *
 * @param previous by the id of the endpoint. A map that its owner keeps: to make one for each answer would cost as much as
 * all the rest.
 */
export function diffEndpoints<H extends EndpointHolder>(
  previous: ReadonlyMap<string, H>,
  next: readonly Endpoint[],
): EndpointDiff<H> {
  // A set of those, and not of their ids: to look up a text that a resolver has just made costs more.
  const stayed = new Set<H>();
  const fresh = new Map<string, Endpoint>();
  const changed: { holder: H; endpoint: Endpoint }[] = [];
  for (const endpoint of next) {
    const holder = previous.get(endpoint.id);
    if (holder === undefined) {
      if (!fresh.has(endpoint.id)) fresh.set(endpoint.id, endpoint);
    } else if (!stayed.has(holder)) {
      stayed.add(holder);
      if (!sameEndpoint(holder.endpoint, endpoint)) changed.push({ holder, endpoint });
    }
  }
  const removed: H[] = [];
  if (stayed.size < previous.size) {
    for (const holder of previous.values()) if (!stayed.has(holder)) removed.push(holder);
  }
  return { added: [...fresh.values()], changed, removed };
}

function sameEndpoint(a: Endpoint, b: Endpoint): boolean {
  return a === b || (sameAddresses(a.addresses, b.addresses) && sameAttributes(a.attributes, b.attributes));
}

function sameAddresses(a: readonly Address[], b: readonly Address[]): boolean {
  if (a.length !== b.length) return false;
  for (let index = 0; index < a.length; index++) if (!sameAddress(a[index]!, b[index]!)) return false;
  return true;
}

function sameAddress(a: Address, b: Address): boolean {
  if (a.kind === 'unix' || b.kind === 'unix') return a.kind === 'unix' && b.kind === 'unix' && a.path === b.path;
  return a.host === b.host && a.port === b.port;
}

/** An attribute that is undefined is the same as one that is absent. */
function sameAttributes(a: EndpointAttributes, b: EndpointAttributes): boolean {
  return hasAllOf(a, b) && hasAllOf(b, a);
}

function hasAllOf(a: EndpointAttributes, b: EndpointAttributes): boolean {
  // Without a list of keys: this runs for every pod of every answer.
  for (const key in b) {
    const one = a[key as keyof EndpointAttributes];
    const other = b[key as keyof EndpointAttributes];
    if (one !== other && !isDeepEqual(one, other)) return false;
  }
  return true;
}

/** Hints are objects, which a resolver makes anew for each answer. */
function isDeepEqual(a: unknown, b: unknown): boolean {
  return typeof a === 'object' && typeof b === 'object' && JSON.stringify(a) === JSON.stringify(b);
}
