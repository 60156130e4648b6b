import { formatAddress, type Address } from './address.js';

/**
 * One pod as a resolver reports it. One pod is never two endpoints: a dual-stack pod is one endpoint with two
 * addresses (gRFC A61).
 */
export interface Endpoint {
  /**
   * Identity. Two reports with the same id are the same pod, whatever else changed; an address that is reused by
   * another pod must come with another id. The pod's uid where it is known, else the first address.
   */
  readonly id: string;
  /** In order of preference; never empty. */
  readonly addresses: readonly [Address, ...Address[]];
  readonly attributes: EndpointAttributes;
}

/** What a resolver may know about a pod. All optional: a resolver reports what it knows and nothing else. */
export interface EndpointAttributes {
  /** Pod name. */
  readonly pod?: string;
  readonly node?: string;
  readonly zone?: string;
  /** Relative capacity, a positive integer; 1 when absent. */
  readonly weight?: number;
  /** 0 is served first; higher numbers only when those before cannot take everything. 0 when absent. Integer ≥ 0. */
  readonly priority?: number;
  /** For whom the pod is meant (EndpointSlice hints, KEP-2433): names of zones (`forZones`) and nodes (`forNodes`). */
  readonly hints?: { readonly zones?: readonly string[]; readonly nodes?: readonly string[] };
  /** What the pod is called on a hash ring (gRFC A76); its first address when absent. */
  readonly hashKey?: string;
  /** EndpointSlice conditions (KEP-1672); absent means: ready, serving, not terminating. */
  readonly ready?: boolean;
  readonly serving?: boolean;
  readonly terminating?: boolean;
}

/** An endpoint with a single address, identified by it. */
export function endpointAt(address: Address, attributes: EndpointAttributes = {}): Endpoint {
  return { id: formatAddress(address), addresses: [address], attributes };
}
