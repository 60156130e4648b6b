import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import type { Random } from '@fairlead/core';
import { selectEndpoint } from './select-endpoint.js';

/** Where a connection can go. */
export interface Backend {
  readonly host: string;
  readonly port: number;
}

/** What a cluster IP needs. */
export interface ClusterIpOptions {
  /** Asked once per connection. */
  readonly backends: () => readonly Backend[];
  readonly random: Random;
}

/**
 * A stand-in for a service's cluster IP: each TCP connection goes to one pod, chosen by kube-proxy's rule, and stays with
 * it for life, also when the pod is no endpoint any more (connection tracking keeps it).
 *
 * Differences from kube-proxy: a connection is accepted before its pod is tried, so that one without endpoints, or to a
 * pod that refuses it, is reset right after its opening instead of being refused.
 *
 * It runs in the caller's process: 200 calls per second cost it about a hundredth of a core, and a process of its own
 * would make the moment at which it knows an endpoint different from the one that the events tell.
 */
export class ClusterIp {
  readonly #options: ClusterIpOptions;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #accepted = 0;

  constructor(options: ClusterIpOptions) {
    this.#options = options;
    // Half-open: a side that has ended its sending still gets the rest of the other's.
    this.#server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => this.#accept(socket));
  }

  /** How many connections were opened so far. */
  get accepted(): number {
    return this.#accepted;
  }

  /** @throws the system's error, `EADDRINUSE` among others. */
  async listen(host: string, port: number): Promise<void> {
    this.#server.listen(port, host);
    await once(this.#server, 'listening');
  }

  /** Cuts all connections. */
  async close(): Promise<void> {
    if (!this.#server.listening) return;
    const closed = once(this.#server, 'close');
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  #accept(client: Socket): void {
    this.#accepted++;
    const backend = selectEndpoint(this.#options.backends(), this.#options.random);
    if (backend === undefined) {
      client.on('error', () => undefined);
      client.resetAndDestroy();
      return;
    }
    const { host, port } = backend;
    const pod = connect({ host, port, allowHalfOpen: true, noDelay: true });
    this.#join(client, pod);
    this.#join(pod, client);
  }

  #join(from: Socket, to: Socket): void {
    this.#sockets.add(from);
    from.pipe(to);
    // A reset is handed on as a reset: the client must see what it would have seen without us.
    from.on('error', () => to.resetAndDestroy());
    from.once('close', () => {
      this.#sockets.delete(from);
      if (!to.writableEnded) to.destroy();
    });
  }
}
