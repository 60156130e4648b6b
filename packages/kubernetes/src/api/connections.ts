import * as http from 'node:http';
import * as https from 'node:https';
import type { ClusterConfig } from '../cluster/cluster-config.js';
import type { TlsMaterial } from '../cluster/identity.js';

/** The kernel asks a silent peer after this time whether it is still there. */
const TCP_KEEPALIVE_MS = 30_000;

/** The connections to one API server. They are made anew when a certificate was renewed; requests under way keep theirs. */
export class Connections {
  readonly #config: ClusterConfig;
  #agent: http.Agent | undefined;
  #madeWith: TlsMaterial | undefined;

  constructor(config: ClusterConfig) {
    this.#config = config;
  }

  /** For requests that begin now. */
  agent(tls: TlsMaterial): http.Agent {
    if (this.#agent !== undefined && this.#madeWith === tls) return this.#agent;
    if (this.#agent !== undefined) retire(this.#agent);
    this.#madeWith = tls;
    this.#agent = this.#make(tls);
    return this.#agent;
  }

  /** Makes no more of them. Requests under way keep theirs. */
  retire(): void {
    if (this.#agent !== undefined) retire(this.#agent);
  }

  close(): void {
    this.#agent?.destroy();
    this.#agent = undefined;
  }

  #make(tls: TlsMaterial): http.Agent {
    const shared = { keepAlive: true, keepAliveMsecs: TCP_KEEPALIVE_MS };
    const { server, serverName, skipTlsVerify } = this.#config;
    if (server.startsWith('http:')) return new http.Agent(shared);
    return new https.Agent({
      ...shared,
      ...tls,
      // Said, and not left to the server: one that prefers HTTP/2 might take silence for consent.
      ALPNProtocols: ['http/1.1'],
      ...(serverName !== undefined && { servername: serverName }),
      rejectUnauthorized: !skipTlsVerify,
    });
  }
}

/** Keeps no connection for later; one that is in use is closed after its request. */
function retire(agent: http.Agent): void {
  agent.maxFreeSockets = 0;
  for (const sockets of Object.values(agent.freeSockets)) for (const socket of sockets ?? []) socket.destroy();
}
