import type { Address, Endpoint } from '@fairlead/core';

/** One pod in an answer of the resolver. The same `n` is the same pod, whatever the variant. */
export interface PodReport {
  readonly n: number;
  /** Which of its addresses and attributes are told. */
  readonly variant: number;
}

export const PODS = 6;
export const VARIANTS = 8;

const ADDRESSES: readonly ((n: number) => readonly [Address, ...Address[]])[] = [
  (n) => [at(`10.0.0.${n}`)],
  (n) => [at(`10.0.1.${n}`)],
  (n) => [at(`10.0.0.${n}`), at(`fd00::${n}`)],
  (n) => [at(`fd00::${n}`), at(`10.0.0.${n}`), at(`10.0.1.${n}`)],
];

export const podId = (n: number): string => `pod-${n}`;

export function endpointOf({ n, variant }: PodReport): Endpoint {
  const addresses = ADDRESSES[variant % ADDRESSES.length]!(n);
  const weighty = variant >= ADDRESSES.length;
  return { id: podId(n), addresses, attributes: weighty ? { weight: n, zone: `zone-${n % 2}`, priority: n % 3 } : {} };
}

function at(host: string): Address {
  return { kind: 'tcp', host, port: 50_051 };
}
