import { InvalidTargetError, parseHostPort, parseTargetUri } from '@fairlead/core';

/** What `server.address` and `server.port` say. */
export interface ServerAddress {
  readonly address: string;
  readonly port: number | undefined;
}

/**
 * The server as its client names it: the logical one of the target, never the pod (semantic conventions for RPC). A host
 * and port where the target has exactly one, the path of a Unix socket, else the whole target without a port.
 */
export function serverAddressOf(target: string): ServerAddress {
  const uri = parseTargetUri(target);
  if (typeof uri !== 'string') {
    if (uri.scheme === 'unix') return { address: uri.authority === '' ? unixPath(target) : target, port: undefined };
    if (HOST_SCHEMES.has(uri.scheme)) return hostPort(uri.endpoint) ?? { address: target, port: undefined };
    if (target.includes('://')) return { address: target, port: undefined };
  }
  // `greeter:50051`, which looks like a scheme, and `[::1]:50051`, which does not: the default scheme is dns.
  return hostPort(target) ?? { address: target, port: undefined };
}

const HOST_SCHEMES: ReadonlySet<string> = new Set(['dns', 'ipv4', 'ipv6', 'passthrough']);

/** `unix:relative`, `unix:/absolute` and `unix:///absolute`. */
function unixPath(target: string): string {
  return target.slice('unix:'.length).replace(/^\/\/(?=\/)/, '');
}

function hostPort(endpoint: string): ServerAddress | undefined {
  try {
    const { host, port } = parseHostPort(endpoint);
    return { address: host, port };
  } catch (error) {
    if (error instanceof InvalidTargetError) return undefined;
    throw error;
  }
}
