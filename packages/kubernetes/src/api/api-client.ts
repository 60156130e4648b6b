import * as http from 'node:http';
import * as https from 'node:https';
import type { Clock } from '@fairlead/core';
import type { ClusterConfig } from '../cluster/cluster-config.js';
import type { FreshConfig } from '../cluster/fresh-config.js';
import { Identity } from '../cluster/identity.js';
import { KubernetesApiError } from '../errors/kubernetes-api-error.js';
import { Connections } from './connections.js';

/** TCP and TLS must be there by then; how long the answer may take is the caller's business. */
const CONNECT_TIMEOUT_MS = 5_000;

/** What follows from one configuration. */
interface Session {
  readonly config: ClusterConfig;
  readonly identity: Identity;
  readonly connections: Connections;
}

/** An answer whose body is still to be read. Ending the loop over the body early closes the connection. */
export interface ApiResponse {
  readonly status: number;
  readonly retryAfter: string | undefined;
  readonly body: AsyncIterable<Uint8Array>;
}

/**
 * GETs from one API server, as the one that the cluster's configuration says. It keeps no process alive: a call that waits
 * for what it finds does that.
 */
export class ApiClient {
  readonly #config: FreshConfig;
  readonly #clock: Clock;
  #session: Session | undefined;
  #closed = false;

  constructor(config: FreshConfig, clock: Clock) {
    this.#config = config;
    this.#clock = clock;
  }

  /** Tells one API server from another one: versions of objects are those of one server. The text itself means nothing. */
  async server(): Promise<string> {
    const { server, ca } = (await this.#current()).config;
    return JSON.stringify([server, ca]);
  }

  /**
   * @param path absolute, with the query.
   * @throws KubernetesApiError when there was no answer; KubernetesConfigError when a file cannot be read.
   */
  async get(path: string, signal: AbortSignal): Promise<ApiResponse> {
    const session = await this.#current();
    const token = await session.identity.token();
    const response = await this.#send(session, path, token, signal);
    if (response.statusCode !== 401) return responseOf(response);
    // A rotated token is valid at once, and the old one is not for ever.
    this.#expire(session);
    const renewed = await this.#current();
    const renewedToken = await renewed.identity.token();
    if (renewed === session && renewedToken === token) {
      // Nor is what was read now to be kept: it is no better.
      this.#expire(session);
      return responseOf(response);
    }
    response.destroy();
    return responseOf(await this.#send(renewed, path, renewedToken, signal));
  }

  close(): void {
    this.#closed = true;
    this.#session?.connections.close();
  }

  /** Of the configuration as it is now. Requests under way keep the connections of the one before. */
  async #current(): Promise<Session> {
    const config = await this.#config.config();
    const before = this.#session;
    if (before?.config === config) return before;
    before?.connections.retire();
    this.#session = { config, identity: new Identity(config, this.#clock), connections: new Connections(config) };
    if (this.#closed) this.#session.connections.close();
    return this.#session;
  }

  /** The server does not know us any more, or we do not know it: the next request finds out what has changed. */
  #expire({ identity }: Session): void {
    this.#config.expire();
    identity.expire();
  }

  async #send(
    session: Session,
    path: string,
    token: string | undefined,
    signal: AbortSignal,
  ): Promise<http.IncomingMessage> {
    const { config, identity, connections } = session;
    const url = new URL(config.server.replace(/\/$/, '') + path);
    const agent = connections.agent(await identity.tls());
    const headers = {
      accept: 'application/json',
      'user-agent': 'fairlead',
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
    };
    signal.throwIfAborted();
    const request = (url.protocol === 'https:' ? https : http).request(url, { agent, headers, signal });
    request.once('socket', (socket) => {
      socket.unref();
      this.#limitConnecting(request);
    });
    return new Promise((resolve, reject) => {
      request.once('response', resolve);
      request.on('error', (cause) => {
        // The certificate may have been renewed, or the server has moved.
        this.#expire(session);
        reject(new KubernetesApiError(`the API server ${url.origin} does not answer: ${cause.message}`, { cause }));
      });
      request.end();
    });
  }

  #limitConnecting(request: http.ClientRequest): void {
    const { socket } = request;
    if (socket === null || !socket.connecting) return;
    const timer = this.#clock.schedule(CONNECT_TIMEOUT_MS, () =>
      request.destroy(new Error(`no connection within ${CONNECT_TIMEOUT_MS} ms`)),
    );
    const event = 'encrypted' in socket ? 'secureConnect' : 'connect';
    socket.once(event, () => timer.cancel());
    socket.once('close', () => timer.cancel());
  }
}

function responseOf(response: http.IncomingMessage): ApiResponse {
  // A connection that breaks is an error of the body's reader; without one it must not be an uncaught one.
  response.on('error', () => undefined);
  return { status: response.statusCode ?? 0, retryAfter: response.headers['retry-after'], body: response };
}
