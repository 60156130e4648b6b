import * as http from 'node:http';
import * as https from 'node:https';
import type { Clock } from '@fairlead/core';
import type { ClusterConfig } from '../cluster/cluster-config.js';
import { Identity } from '../cluster/identity.js';
import { KubernetesApiError } from '../errors/kubernetes-api-error.js';
import { Connections } from './connections.js';

/** TCP and TLS must be there by then; how long the answer may take is the caller's business. */
const CONNECT_TIMEOUT_MS = 5_000;

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
  readonly #config: ClusterConfig;
  readonly #clock: Clock;
  readonly #identity: Identity;
  readonly #connections: Connections;

  constructor(config: ClusterConfig, clock: Clock) {
    this.#config = config;
    this.#clock = clock;
    this.#identity = new Identity(config, clock);
    this.#connections = new Connections(config);
  }

  /**
   * @param path absolute, with the query.
   * @throws KubernetesApiError when there was no answer; KubernetesConfigError when a file cannot be read.
   */
  async get(path: string, signal: AbortSignal): Promise<ApiResponse> {
    const token = await this.#identity.token();
    const response = await this.#send(path, token, signal);
    if (response.statusCode !== 401) return responseOf(response);
    // A rotated token is valid at once, and the old one is not for ever.
    this.#identity.expire();
    const renewed = await this.#identity.token();
    if (renewed === token) {
      // Nor is what was read now to be kept: it is no better.
      this.#identity.expire();
      return responseOf(response);
    }
    response.destroy();
    return responseOf(await this.#send(path, renewed, signal));
  }

  close(): void {
    this.#connections.close();
  }

  async #send(path: string, token: string | undefined, signal: AbortSignal): Promise<http.IncomingMessage> {
    const url = new URL(this.#config.server.replace(/\/$/, '') + path);
    const agent = this.#connections.agent(await this.#identity.tls());
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
        // The certificate may have been renewed; the next request finds out.
        this.#identity.expire();
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
