import type * as grpc from '@grpc/grpc-js';

/**
 * Credentials that change in the life of a channel: certificates of a file, of a secret store, of a workload API.
 *
 * A class that extends `grpc.ChannelCredentials` and implements this is asked by a pool for each new connection, and
 * every {@link refreshIntervalMs} beside. When it answers others than before, the pool replaces the connections that were
 * made with the old ones, as rotation does: the new one first, at most 10 % of the members at once. See
 * {@link fileCredentials} for the one that reads files. The `compose` of grpc-js makes credentials that are no source: a
 * class that is to be combined with call credentials overrides it.
 */
export interface CredentialsSource {
  /**
   * How often a pool asks for newer credentials while it makes no connection, in ms, at least 1000; `Infinity` for never.
   */
  readonly refreshIntervalMs: number;
  /** Why newer credentials are not in use, while the last good ones are. A pool tells it once, as a `warning`. */
  readonly credentialsProblem: Error | undefined;
  /**
   * The credentials of a connection that is made now: the same object as the last time, unless they have changed.
   * Called often and synchronously.
   *
   * @throws when there are none; the connection fails with the error's message.
   */
  currentCredentials(): grpc.ChannelCredentials;
}

/** The source that these credentials are, if they are one. Told by its methods: it may come from another copy of ours. */
export function credentialsSourceOf(credentials: grpc.ChannelCredentials): CredentialsSource | undefined {
  const candidate = credentials as Partial<CredentialsSource>;
  return typeof candidate.currentCredentials === 'function' ? (candidate as CredentialsSource) : undefined;
}
