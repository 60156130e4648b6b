import { hostname } from 'node:os';
import {
  encodeAuthority,
  endpointAt,
  InvalidTargetError,
  parseHostPort,
  type ResolverContext,
  type ResolverFactory,
  type Target,
} from '@fairlead/core';
import { FixedResolver } from '../fixed-resolver.js';
import { AddressPods } from './address-pods.js';
import { clientDraw } from './client-draw.js';
import { dnsClient } from './dns-client.js';
import { DnsResolver } from './dns-resolver.js';
import type { PodLookup } from './lookup.js';
import { exactNames, SearchedNames, withoutFinalDot } from './names.js';
import { RecordLookup } from './record-lookup.js';
import { chooseServiceConfig } from './service-config-choice.js';
import { domainOf, isServiceName } from './service-name.js';
import { ServiceConfigWatch } from './service-config-watch.js';
import { SrvPods } from './srv-pods.js';
import { SystemLookup } from './system-lookup.js';
import { RecordTxtLookup } from './txt-lookup.js';

/** Default of `minRefreshIntervalMs`. */
const MIN_REFRESH_INTERVAL_MS = 100;
/** Default of `lookupTimeoutMs`. */
const LOOKUP_TIMEOUT_MS = 10_000;

/** What a `dns:` target says. */
interface DnsTarget {
  readonly host: string;
  readonly port: number;
  readonly ip: 0 | 4 | 6;
  /** The DNS server to ask, or undefined for those of the system. */
  readonly servers: readonly string[] | undefined;
}

/**
 * `dns:[//server[:53]/]host[:port]` (gRPC naming): every address of the name is a pod. Port 443 when none is given.
 * `dns:[//server[:53]/]_service._tcp.domain`: every SRV record is a pod, or several, on the record's own port, with its
 * priority and weight as attributes.
 *
 * With a server as authority, that server is asked for exactly this name. Without one, names mean what they mean to the
 * system. An IP literal is answered without any look-up. With `lookUpServiceConfig`, the TXT records of
 * `_grpc_config.<host>` are looked up, too (gRFC A2).
 */
export const dnsResolverFactory: ResolverFactory = {
  schemes: ['dns'],
  create(target, context) {
    const parsed = parse(target);
    const { host, port, ip } = parsed;
    if (ip !== 0) {
      const endpoints = [endpointAt({ kind: 'tcp', host, port })];
      return new FixedResolver({ endpoints, attributes: { source: 'dns' } }, context.clock);
    }
    return createResolver(parsed, context);
  },
  // Certificates are for the domain and not for its service.
  authority: ({ endpoint }) =>
    isServiceName(endpoint) ? encodeAuthority(withoutFinalDot(domainOf(endpoint))) : undefined,
};

function parse(target: Target): DnsTarget {
  const servers = serversOf(target);
  const { host, port, ip } = parseHostPort(target.endpoint, 443);
  if (isServiceName(host) && host !== target.endpoint) {
    throw new InvalidTargetError(target.uri, `a port, but the SRV records of ${host} have their own`);
  }
  return { host, port, ip, servers };
}

function serversOf(target: Target): readonly string[] | undefined {
  if (target.authority === '') return undefined;
  const { host, port, ip } = parseHostPort(decodeURIComponent(target.authority), 53);
  if (host === 'localhost') return [`127.0.0.1:${port}`];
  if (ip === 0) throw new InvalidTargetError(target.uri, `the DNS server "${target.authority}" must be an IP address`);
  // c-ares would drop it and ask nobody.
  if (host.includes('%')) throw new InvalidTargetError(target.uri, 'a DNS server cannot have a zone id');
  return [ip === 6 ? `[${host}]:${port}` : `${host}:${port}`];
}

function createResolver(target: DnsTarget, { clock, random, options }: ResolverContext): DnsResolver {
  const { refreshIntervalMs, lookupTimeoutMs = LOOKUP_TIMEOUT_MS } = options;
  const { minRefreshIntervalMs = Math.min(MIN_REFRESH_INTERVAL_MS, refreshIntervalMs) } = options;
  const watchConfig = (onNews: () => void): ServiceConfigWatch =>
    new ServiceConfigWatch({
      lookup: new RecordTxtLookup(dnsClient(target.servers)),
      choose: (records) => chooseServiceConfig(records, { hostname: hostname(), draw: clientDraw(random) }),
      lookupTimeoutMs,
      clock,
      random,
      onNews,
    });
  return new DnsResolver({
    host: target.host,
    lookup: podLookup(target),
    refreshIntervalMs,
    minRefreshIntervalMs,
    lookupTimeoutMs,
    watchConfig: options.lookUpServiceConfig === true ? watchConfig : undefined,
    clock,
    random,
  });
}

function podLookup({ host, port, servers }: DnsTarget): PodLookup {
  if (isServiceName(host)) return new SrvPods(host, servers ? exactNames : new SearchedNames(), dnsClient(servers));
  return new AddressPods(host, port, servers ? new RecordLookup(dnsClient(servers)) : new SystemLookup());
}
