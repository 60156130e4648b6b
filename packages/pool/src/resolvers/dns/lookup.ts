import type { Endpoint } from '@fairlead/core';

/** One answer of the DNS. */
export interface LookupResult {
  /** IP literals of one family, at least one, each once. */
  readonly addresses: readonly string[];
  /** Shortest time to live of the records, in seconds; undefined where the source does not tell (`/etc/hosts`). */
  readonly ttlSeconds: number | undefined;
  /** The full name that the DNS has them under, without a final dot; undefined where the DNS did not answer. */
  readonly name: string | undefined;
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

/** The pods of a target, as the DNS has them now. */
export interface FoundPods extends Omit<LookupResult, 'addresses'> {
  readonly endpoints: readonly Endpoint[];
}

/** Asks for the pods of one target, once. Rejects as a {@link Lookup} does. */
export interface PodLookup {
  find(): Promise<FoundPods>;
  cancel(): void;
}
