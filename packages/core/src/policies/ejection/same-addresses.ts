import { formatAddress } from '../../endpoint/address.js';
import type { Endpoint } from '../../endpoint/endpoint.js';

/** Whether two endpoints have the same set of addresses: their order says nothing of who answers there. */
export function hasSameAddresses(a: Endpoint, b: Endpoint): boolean {
  if (a.addresses.length !== b.addresses.length) return false;
  const known = new Set(a.addresses.map(formatAddress));
  return b.addresses.every((address) => known.has(formatAddress(address)));
}
