/** One answer of the DNS. */
export interface LookupResult {
  /** IP literals of one family, at least one. */
  readonly addresses: readonly string[];
  /** Shortest time to live of the records, in seconds; undefined where the source does not tell (`/etc/hosts`). */
  readonly ttlSeconds: number | undefined;
}

/**
 * Asks for the addresses of a name, once.
 *
 * Rejects with an Error that names the host and the reason when there is no address or no answer in time.
 */
export interface Lookup {
  resolve(host: string): Promise<LookupResult>;
  /** Gives up what is under way; its promise rejects. */
  cancel(): void;
}
