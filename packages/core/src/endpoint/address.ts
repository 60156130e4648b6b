/** Where a connection can be opened: a TCP socket, a Unix domain socket, or what grpc-js finds by itself. */
export type Address = TcpAddress | UnixAddress | TargetAddress;

/** An IP literal (never a host name: names are the resolver's business) and a port in 1–65535. */
export interface TcpAddress {
  readonly kind: 'tcp';
  /** IPv4 or IPv6 literal without brackets. */
  readonly host: string;
  readonly port: number;
}

/** A file system path of a Unix domain socket; with a NUL character first, a name of Linux's abstract namespace. */
export interface UnixAddress {
  readonly kind: 'unix';
  readonly path: string;
}

/**
 * A target that grpc-js resolves and connects by itself, each time a connection is made: one server for us, whatever it
 * consists of (`passthrough:///name:port`). Nothing is balanced below it.
 */
export interface TargetAddress {
  readonly kind: 'target';
  /** With its scheme, as grpc-js takes it, e.g. `dns:///name:port`. */
  readonly target: string;
}

/**
 * `10.0.0.1:50051`, `[fd00::1]:50051`, `unix:/run/x.sock`, `unix-abstract:name` or the target: the form used in identities,
 * logs and attempt trails.
 */
export function formatAddress(address: Address): string {
  if (address.kind === 'target') return address.target;
  if (address.kind === 'unix') return formatSocket(address.path);
  return address.host.includes(':') ? `[${address.host}]:${address.port}` : `${address.host}:${address.port}`;
}

function formatSocket(path: string): string {
  return path.startsWith('\0') ? `unix-abstract:${path.slice(1)}` : `unix:${path}`;
}
