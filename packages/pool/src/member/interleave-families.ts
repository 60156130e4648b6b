import type { Address } from '@fairlead/core';

/**
 * Puts IPv6 and IPv4 addresses (and sockets of the file system) in turns, the family of the first one first, each family in
 * its own order: one family that does not work must not delay the other by more than one attempt (RFC 8305 §4, gRFC A61).
 */
export function interleaveFamilies(addresses: readonly Address[]): readonly Address[] {
  const families = new Map<string, Address[]>();
  for (const address of addresses) {
    const family = familyOf(address);
    const known = families.get(family);
    if (known === undefined) families.set(family, [address]);
    else known.push(address);
  }
  const interleaved: Address[] = [];
  for (let turn = 0; interleaved.length < addresses.length; turn += 1) {
    for (const family of families.values()) if (turn < family.length) interleaved.push(family[turn]!);
  }
  return interleaved;
}

/** IPv4 addresses that are written as IPv6 ones are reached over IPv4. */
function familyOf(address: Address): string {
  if (address.kind === 'unix') return 'unix';
  return address.host.includes(':') && !/^::ffff:\d+\./i.test(address.host) ? 'ipv6' : 'ipv4';
}
