/**
 * What we keep of an EndpointSlice (`discovery.k8s.io/v1`). The object that the API server sends is ten times as big and is
 * dropped at once: a Service may have thousands of endpoints.
 */
export interface EndpointSlice {
  /** Unique in the namespace. */
  readonly name: string;
  /** TCP ports with a number; a slice may have none. */
  readonly ports: readonly SlicePort[];
  /** Those with an address of the slice's family. Always empty for `addressType: FQDN`, which has no defined meaning. */
  readonly pods: readonly SlicePod[];
}

/** One port that every pod of a slice has. */
export interface SlicePort {
  /** Unique in the slice; `''` when the Service has one port without a name. */
  readonly name: string;
  readonly port: number;
}

/** One pod as one slice tells of it. */
export interface SlicePod {
  /** Of the pod; undefined in slices that people write by hand. */
  readonly uid: string | undefined;
  /** IPv4 or IPv6 literal. Only the first address of an endpoint counts, the others are unspecified. */
  readonly host: string;
  readonly family: 4 | 6;
  readonly ready: boolean;
  readonly serving: boolean;
  readonly terminating: boolean;
  readonly pod?: string;
  readonly node?: string;
  readonly zone?: string;
  readonly hints?: { readonly zones?: readonly string[]; readonly nodes?: readonly string[] };
}
