import type { Clock } from '@fairlead/core';
import type { ClusterConfig, Material } from './cluster-config.js';
import { FreshFile } from './fresh-file.js';

/** What a TLS connection is made with. */
export interface TlsMaterial {
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
}

/** Who we are to the API server, and whom we believe: as the files say now. */
export class Identity {
  readonly #files: { readonly ca?: FreshFile; readonly cert?: FreshFile; readonly key?: FreshFile };
  readonly #token: FreshFile | undefined;
  #tls: TlsMaterial = {};

  constructor({ ca, clientCertificate, token }: ClusterConfig, clock: Clock) {
    const file = (material: Material): FreshFile => new FreshFile(material, clock);
    this.#files = {
      ...(ca && { ca: file(ca) }),
      ...(clientCertificate && { cert: file(clientCertificate.certificate), key: file(clientCertificate.key) }),
    };
    this.#token = token && file(token);
  }

  /** The bearer token, if there is one. */
  async token(): Promise<string | undefined> {
    return this.#token?.text();
  }

  /** The same object as before while nothing changed: connections can be used again as long. */
  async tls(): Promise<TlsMaterial> {
    const entries = Object.entries(this.#files).map(async ([name, file]) => [name, await file.text()] as const);
    const now = Object.fromEntries(await Promise.all(entries)) as TlsMaterial;
    const { ca, cert, key } = this.#tls;
    if (now.ca !== ca || now.cert !== cert || now.key !== key) this.#tls = now;
    return this.#tls;
  }

  /** The server does not know us any more, or we do not know it: the files are read again at the next request. */
  expire(): void {
    this.#token?.expire();
    for (const file of Object.values(this.#files)) file.expire();
  }
}
