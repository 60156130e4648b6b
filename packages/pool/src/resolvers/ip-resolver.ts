import { endpointAt, InvalidTargetError, parseHostPort, type ResolverFactory, type Target } from '@fairlead/core';
import { FixedResolver } from './fixed-resolver.js';

/**
 * `ipv4:10.0.0.1:50051,10.0.0.2` and `ipv6:[fd00::1]:50051,fd00::2`: a comma-separated list of addresses, 443 where no
 * port is given (gRPC naming). Each address is a pod of its own.
 */
export const ipResolverFactory: ResolverFactory = {
  schemes: ['ipv4', 'ipv6'],
  create(target, { clock }) {
    const endpoints = addresses(target).map(({ host, port }) => endpointAt({ kind: 'tcp', host, port }));
    return new FixedResolver({ endpoints, attributes: { source: target.scheme } }, clock);
  },
  authority: (target) => target.endpoint.split(',')[0] ?? '',
};

function addresses(target: Target): { host: string; port: number }[] {
  const family = target.scheme === 'ipv4' ? 4 : 6;
  if (target.authority !== '') throw new InvalidTargetError(target.uri, `${target.scheme} targets have no authority`);
  return target.endpoint.split(',').map((text) => {
    const { host, port, ip } = parseHostPort(text, 443);
    if (ip !== family) throw new InvalidTargetError(target.uri, `"${text}" is not an IPv${family} address`);
    return { host, port };
  });
}
