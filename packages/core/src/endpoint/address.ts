/** Where a connection can be opened: a TCP socket or a Unix domain socket. */
export type Address = TcpAddress | UnixAddress;

/** An IP literal (never a host name: names are the resolver's business) and a port in 1–65535. */
export interface TcpAddress {
  readonly kind: 'tcp';
  /** IPv4 or IPv6 literal without brackets. */
  readonly host: string;
  readonly port: number;
}

/** A file system path of a Unix domain socket. */
export interface UnixAddress {
  readonly kind: 'unix';
  readonly path: string;
}

/** `10.0.0.1:50051`, `[fd00::1]:50051` or `unix:/run/x.sock`: the form used in identities, logs and attempt trails. */
export function formatAddress(address: Address): string {
  if (address.kind === 'unix') return `unix:${address.path}`;
  return address.host.includes(':') ? `[${address.host}]:${address.port}` : `${address.host}:${address.port}`;
}
