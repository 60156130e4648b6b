import { endpointAt, InvalidTargetError, parseHostPort, type ResolverFactory, type Target } from '@fairlead/core';
import { FixedResolver } from '../fixed-resolver.js';
import { DnsResolver } from './dns-resolver.js';
import type { Lookup } from './lookup.js';
import { RecordLookup } from './record-lookup.js';
import { SystemLookup } from './system-lookup.js';

/**
 * `dns:[//server[:53]/]host[:port]` (gRPC naming): every address of the name is a pod. Port 443 when none is given.
 *
 * With a server as authority, that server is asked for exactly this name. Without one, names mean what they mean to the
 * system. An IP literal is answered without any look-up.
 */
export const dnsResolverFactory: ResolverFactory = {
  schemes: ['dns'],
  create(target, { clock, random, options }) {
    const { host, port, ip } = parseHostPort(target.endpoint, 443);
    const lookup = lookupFor(target);
    if (ip !== 0) {
      const endpoints = [endpointAt({ kind: 'tcp', host, port })];
      return new FixedResolver({ endpoints, attributes: { source: 'dns' } }, clock);
    }
    return new DnsResolver({ host, port, lookup, refreshIntervalMs: options.refreshIntervalMs, clock, random });
  },
};

function lookupFor(target: Target): Lookup {
  if (target.authority === '') return new SystemLookup();
  const { host, port, ip } = parseHostPort(decodeURIComponent(target.authority), 53);
  if (ip === 0) throw new InvalidTargetError(target.uri, `the DNS server "${target.authority}" must be an IP address`);
  return new RecordLookup([ip === 6 ? `[${host}]:${port}` : `${host}:${port}`]);
}
