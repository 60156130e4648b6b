import dns, { type LookupAddress, type LookupAllOptions, type LookupOptions } from 'node:dns';
import { syncBuiltinESMExports } from 'node:module';
import type { DnsServer } from './dns-server.js';

type LookupCallback = (
  error: NodeJS.ErrnoException | null,
  address?: string | readonly LookupAddress[],
  family?: number,
) => void;

/**
 * Makes `dns.lookup` and `dns.promises.lookup` of this process answer the name of a cluster, by a real query to its DNS
 * server; other names go their usual way. For clients that cannot be told which DNS server to ask.
 *
 * Stock grpc-js is one of them: it resolves by `dns.promises.lookup`, that is, by the system's configuration. It can do
 * without this patch when the process is *started* with `GRPC_NODE_USE_ALTERNATIVE_RESOLVER=true` in its environment:
 * it then takes the server from the target (`LocalCluster.dnsTarget`), nothing of it is changed, and this is what a fair
 * comparison should use.
 *
 * @returns removes the patch. Harmless to call twice; patches of several clusters may be removed in any order.
 *
 * @example
 * ```ts
 * const uninstall = installLookup(cluster.dnsServer);
 * const client = new GreeterClient(cluster.plainDnsTarget, credentials.createInsecure());
 * // …
 * uninstall();
 * ```
 */
export function installLookup(server: DnsServer): () => void {
  if (servers.size === 0) patch();
  servers.set(server.name.toLowerCase(), server);
  return () => {
    if (servers.get(server.name.toLowerCase()) !== server) return;
    servers.delete(server.name.toLowerCase());
    if (servers.size === 0) unpatch();
  };
}

/** By lower-case name. One patch serves all clusters, so that the order of removal does not matter. */
const servers = new Map<string, DnsServer>();
let originals: { readonly lookup: typeof dns.lookup; readonly promised: typeof dns.promises.lookup } | undefined;

function patch(): void {
  originals = { lookup: dns.lookup, promised: dns.promises.lookup };
  const { lookup, promised } = originals;
  dns.promises.lookup = ((hostname: string, options?: LookupOptions | number) => {
    const server = serverFor(hostname);
    return server === undefined ? promised(hostname, options as LookupOptions) : lookUp(server, asOptions(options));
  }) as typeof dns.promises.lookup;
  dns.lookup = ((hostname: string, ...rest: readonly unknown[]) => {
    const server = serverFor(hostname);
    if (server === undefined) return Reflect.apply(lookup, dns, [hostname, ...rest]) as undefined;
    const callback = rest.at(-1) as LookupCallback;
    callBack(lookUp(server, rest.length > 1 ? asOptions(rest[0] as LookupOptions | number) : {}), callback);
    return undefined;
  }) as typeof dns.lookup;
  // Those who wrote `import { lookup } from 'node:dns'` get it, too.
  syncBuiltinESMExports();
}

function unpatch(): void {
  if (originals === undefined) return;
  dns.lookup = originals.lookup;
  dns.promises.lookup = originals.promised;
  originals = undefined;
  syncBuiltinESMExports();
}

function serverFor(hostname: string): DnsServer | undefined {
  return servers.get(hostname.toLowerCase().replace(/\.$/, ''));
}

function asOptions(options: LookupOptions | number | undefined): LookupOptions {
  return typeof options === 'number' ? { family: options } : (options ?? {});
}

async function lookUp(server: DnsServer, options: LookupOptions): Promise<LookupAddress | LookupAddress[]> {
  const resolver = new dns.promises.Resolver();
  resolver.setServers([server.address]);
  const wantsIpv6Only = options.family === 6 || options.family === 'IPv6';
  const found = wantsIpv6Only ? await resolver.resolve6(server.name) : await resolver.resolve4(server.name);
  const addresses = found.map((address) => ({ address, family: wantsIpv6Only ? 6 : 4 }));
  return (options as LookupAllOptions).all ? addresses : (addresses[0] as LookupAddress);
}

function callBack(result: Promise<LookupAddress | LookupAddress[]>, callback: LookupCallback): void {
  result.then(
    (found) => {
      if (Array.isArray(found)) callback(null, found);
      else callback(null, found.address, found.family);
    },
    (error: unknown) => callback(error as NodeJS.ErrnoException),
  );
}
