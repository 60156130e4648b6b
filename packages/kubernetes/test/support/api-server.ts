import { createServer as createHttpServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createSecureServer } from 'node:http2';
import { createServer as createHttpsServer, type ServerOptions } from 'node:https';
import type { AddressInfo, Server as NetServer, Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { until } from './until.js';

/** What kind of request came: a page of a list, a list as a stream, or a watch. */
export type RequestKind = 'list' | 'stream' | 'watch';

/** How a server behaves without being told each time. */
export interface ApiServerOptions {
  /** TLS with this; plain HTTP without. */
  readonly tls?: ServerOptions;
  /** With TLS: offers HTTP/2, too, as every real API server does. Default false. */
  readonly http2?: boolean;
  /** Streaming lists come to the test; else they are refused as by a server without them. Default false. */
  readonly streamsLists?: boolean;
}

/** One request, to be answered by the test. */
export class Exchange {
  readonly kind: RequestKind;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly token: string | undefined;
  /** What client and server agreed on in the TLS handshake. */
  readonly protocol: string | false | null | undefined;
  readonly #response: ServerResponse;
  closed = false;

  constructor(request: IncomingMessage, response: ServerResponse) {
    const url = new URL(request.url ?? '/', 'http://localhost');
    this.#response = response;
    this.path = url.pathname;
    this.query = url.searchParams;
    this.kind = !this.query.has('watch') ? 'list' : this.query.has('sendInitialEvents') ? 'stream' : 'watch';
    this.token = request.headers.authorization?.replace('Bearer ', '');
    this.protocol = (request.socket as Partial<TLSSocket>).alpnProtocol;
    response.once('close', () => (this.closed = true));
  }

  /** The version that was asked for; `null` for none. */
  get version(): string | null {
    return this.query.get('resourceVersion');
  }

  /** A page of a list. */
  list(items: unknown, version = '1', next?: string): void {
    const metadata = { resourceVersion: version, ...(next !== undefined && { continue: next }) };
    this.json(200, { kind: 'EndpointSliceList', apiVersion: 'discovery.k8s.io/v1', metadata, items });
  }

  json(status: number, body: unknown, headers: Readonly<Record<string, string>> = {}): void {
    this.#response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
  }

  /** Something that no API server says. */
  text(status: number, body: string): void {
    this.#response.writeHead(status, { 'content-type': 'text/html' }).end(body);
  }

  /** A `Status` object as an answer. */
  refuse(code: number, reason: string, message = reason, headers: Readonly<Record<string, string>> = {}): void {
    this.json(code, statusJson(code, reason, message), headers);
  }

  /** Accepts a watch. */
  accept(): this {
    this.#response.writeHead(200, { 'content-type': 'application/json' });
    this.#response.flushHeaders();
    return this;
  }

  /** One or more events, in one write. */
  events(...events: readonly (readonly [type: string, object: unknown])[]): this {
    return this.raw(events.map(([type, object]) => `${JSON.stringify({ type, object })}\n`).join(''));
  }

  bookmark(version: string, initialEventsEnd = false): this {
    const annotations = initialEventsEnd ? { 'k8s.io/initial-events-end': 'true' } : undefined;
    return this.events(['BOOKMARK', { kind: 'EndpointSlice', metadata: { resourceVersion: version, annotations } }]);
  }

  error(code: number, reason: string): this {
    return this.events(['ERROR', statusJson(code, reason, reason)]);
  }

  raw(bytes: string | Uint8Array): this {
    this.#response.write(bytes);
    return this;
  }

  end(): void {
    this.#response.end();
  }

  /** Cuts the connection. */
  reset(): void {
    const { socket } = this.#response;
    // A TLS socket cannot send a reset.
    if (this.protocol === undefined) socket?.resetAndDestroy();
    else socket?.destroy();
  }
}

/** An API server that does what a test says, over a real connection. */
export class ApiServer {
  readonly exchanges: Exchange[] = [];
  readonly #server: NetServer;
  readonly #sockets = new Set<Socket>();
  readonly #secure: boolean;
  #taken = 0;
  /** How many connections were made. */
  connections = 0;

  private constructor({ tls, http2 = false, streamsLists = false }: ApiServerOptions) {
    const onRequest = (request: IncomingMessage, response: ServerResponse): void => {
      const exchange = new Exchange(request, response);
      if (exchange.kind === 'stream' && !streamsLists) return exchange.refuse(422, 'Invalid', 'sendInitialEvents');
      this.exchanges.push(exchange);
    };
    this.#secure = tls !== undefined;
    // A connection that the client forgets to close stays, and is seen.
    const keepAliveTimeout = 0;
    if (tls === undefined) this.#server = createHttpServer({ keepAliveTimeout }, onRequest);
    else if (!http2) this.#server = createHttpsServer({ ...tls, keepAliveTimeout }, onRequest);
    // Requests of connections that agree on HTTP/1.1 are those of node:http.
    else this.#server = createSecureServer({ ...tls, allowHTTP1: true }, onRequest as never);
    this.#server.on('connection', (socket: Socket) => {
      // As every API server does; that of node:http2 does it for HTTP/2 only.
      socket.setNoDelay(true);
      this.connections += 1;
      this.#sockets.add(socket);
      socket.once('close', () => this.#sockets.delete(socket));
      socket.on('error', () => undefined);
    });
  }

  static async start(options: ApiServerOptions = {}): Promise<ApiServer> {
    const server = new ApiServer(options);
    await server.listen(0);
    return server;
  }

  async listen(port: number): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(port, '127.0.0.1', resolve));
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  get url(): string {
    return `${this.#secure ? 'https' : 'http'}://127.0.0.1:${this.port}`;
  }

  /** How many connections are open. */
  get open(): number {
    return this.#sockets.size;
  }

  /** Waits for the next request that no test code has seen yet, which must be of this kind. */
  async next(kind: RequestKind): Promise<Exchange> {
    await until(() => this.exchanges.length > this.#taken, `a request of the kind ${kind}`);
    const exchange = this.exchanges[this.#taken++]!;
    if (exchange.kind !== kind) throw new Error(`a ${exchange.kind} came instead of a ${kind}`);
    return exchange;
  }

  /** Requests that came and were not taken. */
  get waiting(): number {
    return this.exchanges.length - this.#taken;
  }

  async close(): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }
}

function statusJson(code: number, reason: string, message: string): unknown {
  return { kind: 'Status', apiVersion: 'v1', status: 'Failure', code, reason, message };
}
