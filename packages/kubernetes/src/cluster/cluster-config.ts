/** Where an API server is, and who we are to it. Files are read again while they are in use: they are renewed. */
export interface ClusterConfig {
  /** For people: `in-cluster`, or the context of a kubeconfig. */
  readonly name: string;
  /** A kubeconfig may be written anew while it is in use; what a pod is told never changes, but for the files that it names. */
  readonly source: 'pod' | 'kubeconfig';
  /** `https://host:port` or `http://…` (`kubectl proxy`), perhaps with a path. */
  readonly server: string;
  /** Authority of the server's certificate, PEM. Undefined: those that Node.js knows. */
  readonly ca: Material | undefined;
  /** What the server's certificate is verified against, instead of the host in `server`. */
  readonly serverName: string | undefined;
  /** `insecure-skip-tls-verify` of a kubeconfig. */
  readonly skipTlsVerify: boolean;
  readonly token: Material | undefined;
  readonly clientCertificate: { readonly certificate: Material; readonly key: Material } | undefined;
  /** Of targets that name none. */
  readonly namespace: string;
}

/** Something secret or public that a file or the configuration itself holds. */
export type Material =
  { readonly kind: 'file'; readonly path: string } | { readonly kind: 'data'; readonly data: string };
