import type { Endpoint } from '@fairlead/core';

/**
 * Whether what the endpoint stands for is found, balanced and kept connected by a channel of grpc-js, and not by us: `xds:`,
 * and not the single server of `passthrough:`.
 */
export function connectsByItself({ addresses: [address] }: Endpoint): boolean {
  return address.kind === 'target' && address.target.startsWith('xds:');
}
