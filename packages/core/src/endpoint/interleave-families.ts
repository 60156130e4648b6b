import type { Address } from './address.js';

/**
 * Puts what has IPv6 and IPv4 addresses (and sockets of the file system) in turns, the family of the first one first, each
 * family in its own order: one family that does not work must not delay the other by more than one attempt (RFC 8305 §4,
 * gRFC A61).
 */
export function interleaveFamilies<T>(items: readonly T[], addressOf: (item: T) => Address): readonly T[] {
  const families = new Map<string, T[]>();
  for (const item of items) {
    const family = familyOf(addressOf(item));
    const known = families.get(family);
    if (known === undefined) families.set(family, [item]);
    else known.push(item);
  }
  const interleaved: T[] = [];
  for (let turn = 0; interleaved.length < items.length; turn += 1) {
    for (const family of families.values()) if (turn < family.length) interleaved.push(family[turn]!);
  }
  return interleaved;
}

/** IPv4 addresses that are written as IPv6 ones are reached over IPv4. */
function familyOf(address: Address): string {
  if (address.kind !== 'tcp') return address.kind;
  return address.host.includes(':') && !/^::ffff:\d+\./i.test(address.host) ? 'ipv6' : 'ipv4';
}
