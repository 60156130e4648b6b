import { isIP } from 'node:net';

/**
 * Addresses of `host` in the text of a hosts file (hosts(5)), of one family: IPv4 where there is any.
 *
 * `localhost` is known even without an entry (RFC 6761 §6.3).
 */
export function addressesIn(text: string, host: string): readonly string[] {
  const name = host.replace(/\.$/, '').toLowerCase();
  const found: string[] = [];
  for (const line of text.split('\n')) {
    const [address, ...names] = line.replace(/#.*$/, '').trim().split(/\s+/);
    if (address === undefined || isIP(address) === 0) continue;
    if (names.some((one) => one.toLowerCase() === name) && !found.includes(address)) found.push(address);
  }
  if (found.length === 0 && (name === 'localhost' || name.endsWith('.localhost'))) return ['127.0.0.1'];
  const v4 = found.filter((address) => isIP(address) === 4);
  return v4.length > 0 ? v4 : found;
}
