import { formatAddress, type Address } from './address.js';
import type { Endpoint, EndpointAttributes } from './endpoint.js';

/** What an update changes. Every endpoint of the new list is in exactly one of the first three. */
export interface EndpointDiff {
  /** New identities. In the order of `next`. */
  readonly added: readonly Endpoint[];
  /** Same identity, nothing else changed. The new objects, in the order of `next`. */
  readonly kept: readonly Endpoint[];
  /** Same identity, other addresses (or another order of preference) or attributes. The new objects, in the order of `next`. */
  readonly changed: readonly Endpoint[];
  /** Identities that are gone. The old objects, in the order of `previous`. */
  readonly removed: readonly Endpoint[];
  /** The endpoints that stayed are in another order among themselves. Matters to order-sensitive policies alone. */
  readonly reordered: boolean;
}

/**
 * Compares two full lists by identity, so that survivors keep their connections and statistics. When `next` names an
 * id more than once, the first one counts.
 */
export function diffEndpoints(previous: readonly Endpoint[], next: readonly Endpoint[]): EndpointDiff {
  const before = firstById(previous);
  // The old objects of those that stay, in the order of `next`. A set of them, and not of their ids: to look up a text that a
  // resolver has just made costs more than all the rest.
  const stayed = new Set<Endpoint>();
  const fresh = new Map<string, Endpoint>();
  const kept: Endpoint[] = [];
  const changed: Endpoint[] = [];
  for (const endpoint of next) {
    const old = before.get(endpoint.id);
    if (old === undefined) {
      if (!fresh.has(endpoint.id)) fresh.set(endpoint.id, endpoint);
    } else if (!stayed.has(old)) {
      stayed.add(old);
      (sameEndpoint(old, endpoint) ? kept : changed).push(endpoint);
    }
  }
  const removed: Endpoint[] = [];
  for (const old of before.values()) if (!stayed.has(old)) removed.push(old);
  const added = [...fresh.values()];
  return {
    added,
    kept,
    changed,
    removed,
    // Found out for those who ask.
    get reordered() {
      const expected = [...before.values()].filter((old) => stayed.has(old));
      return [...stayed].some((old, index) => old !== expected[index]);
    },
  };
}

function firstById(endpoints: readonly Endpoint[]): Map<string, Endpoint> {
  const byId = new Map<string, Endpoint>();
  for (const endpoint of endpoints) if (!byId.has(endpoint.id)) byId.set(endpoint.id, endpoint);
  return byId;
}

function sameEndpoint(a: Endpoint, b: Endpoint): boolean {
  return a === b || (sameAddresses(a.addresses, b.addresses) && sameAttributes(a.attributes, b.attributes));
}

function sameAddresses(a: readonly Address[], b: readonly Address[]): boolean {
  return a.length === b.length && a.every((address, index) => sameAddress(address, b[index]!));
}

function sameAddress(a: Address, b: Address): boolean {
  if (a.kind === 'tcp') return b.kind === 'tcp' && a.host === b.host && a.port === b.port;
  return a.kind === b.kind && formatAddress(a) === formatAddress(b);
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
