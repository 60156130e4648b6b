import { formatAddress, type Address, type Endpoint } from '@fairlead/core';

/** The hosts of a pod in one spelling. Ports are left out: who checks may know none, or another one. */
export function hostsOf({ addresses }: Endpoint): readonly string[] {
  return addresses.map(hostOf);
}

/** Of these endpoints, all hosts. */
export function allHosts(endpoints: readonly Endpoint[]): ReadonlySet<string> {
  return new Set(endpoints.flatMap(hostsOf));
}

function hostOf(address: Address): string {
  if (address.kind !== 'tcp') return formatAddress(address);
  const { host } = address;
  // `fd00:0:0::1` and `fd00::1` are one host.
  return host.includes(':') && URL.canParse(`http://[${host}]`)
    ? new URL(`http://[${host}]`).hostname.slice(1, -1)
    : host;
}
