import { isIP } from 'node:net';
import { InvalidTargetError } from '../errors/invalid-target-error.js';

/** Where to connect, before any look-up. */
export interface HostPort {
  /** A host name, or an IP literal without brackets. */
  readonly host: string;
  /** 1–65535. */
  readonly port: number;
  /** The family of an IP literal; 0 for a name, which must be looked up. */
  readonly ip: 0 | 4 | 6;
}

/** The port of gRPC targets that name none (grpc/grpc doc/naming.md). */
const DEFAULT_PORT = 443;

/**
 * Reads the endpoint of a `dns`, `ipv4` or `ipv6` target: `host`, `host:port`, `1.2.3.4`, `1.2.3.4:port`, `::1`,
 * `[::1]`, `[::1]:port`, and `:port`, which is this host (grpc-go `internal/resolver/dns` `parseTarget`). Named ports
 * are not accepted.
 *
 * @throws InvalidTargetError
 */
export function parseHostPort(endpoint: string, defaultPort: number = DEFAULT_PORT): HostPort {
  if (endpoint === '') throw new InvalidTargetError(endpoint, 'missing address (expected: host or host:port)');
  if (isIP(endpoint) !== 0) return { host: endpoint, port: defaultPort, ip: familyOf(endpoint) };
  const [host, portText] = splitHostPort(endpoint);
  const port = portText === undefined ? defaultPort : parsePort(portText, endpoint);
  return { host: host === '' ? 'localhost' : host, port, ip: familyOf(host) };
}

function splitHostPort(endpoint: string): readonly [host: string, port: string | undefined] {
  const bracketed = /^\[([^[\]]*)\](?::(.*))?$/s.exec(endpoint);
  if (bracketed !== null) {
    if (isIP(bracketed[1]!) !== 6) throw new InvalidTargetError(endpoint, 'no IPv6 address between the brackets');
    return [bracketed[1]!, bracketed[2]];
  }
  const [host, port, ...more] = endpoint.split(':');
  if (more.length > 0) throw new InvalidTargetError(endpoint, 'too many colons (expected: [IPv6 address]:port)');
  if (/[\s/?#@\\[\]%]/.test(host!)) throw new InvalidTargetError(endpoint, 'a character that a host name cannot have');
  return [host!, port];
}

function parsePort(text: string, endpoint: string): number {
  if (text === '') throw new InvalidTargetError(endpoint, 'missing port after the colon');
  const port = /^\d{1,5}$/.test(text) ? Number(text) : NaN;
  if (port >= 1 && port <= 65_535) return port;
  throw new InvalidTargetError(endpoint, `port: ${text} (expected: 1 to 65535)`);
}

function familyOf(host: string): 0 | 4 | 6 {
  return isIP(host) as 0 | 4 | 6;
}
