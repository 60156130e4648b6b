import { isIP } from 'node:net';
import type { Target } from '@fairlead/core';

/**
 * The name that the certificate of every pod must carry: the host of the target. Pods are reached by their IP, which no
 * certificate names.
 *
 * @returns undefined when the target names IPs only; then each pod is verified against its own IP.
 */
export function tlsNameOf(target: Target, authority: string): string | undefined {
  if (target.scheme === 'ipv4' || target.scheme === 'ipv6' || target.scheme === 'file') return undefined;
  if (isIP(authority) !== 0) return undefined;
  // A port may be a name: `kubernetes:///greeter.prod:grpc`.
  const host = authority.replace(/:[^:\]]*$/, '').replace(/^\[(.*)\]$/, '$1');
  const name = host.replace(/\.$/, '');
  return name === '' || isIP(name) !== 0 ? undefined : name;
}
