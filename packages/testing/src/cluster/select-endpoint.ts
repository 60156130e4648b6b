import type { Random } from '@fairlead/core';

/**
 * Picks an endpoint for a new TCP connection as kube-proxy's iptables rules do: the first of n matches with probability
 * 1/n, the second of the rest with 1/(n − 1), …, the last one always. All are equally likely. One draw per rule looked at.
 *
 * @returns undefined when there is none; the kernel then refuses the connection.
 */
export function selectEndpoint<T>(endpoints: readonly T[], random: Random): T | undefined {
  const n = endpoints.length;
  // next() < 1, so the last rule always matches.
  return endpoints.find((_, index) => random.next() < 1 / (n - index));
}
