import { once } from 'node:events';
import { createServer as createHttp2Server, type Http2Server, type ServerHttp2Session } from 'node:http2';
import type { IncomingHttpHeaders, ServerHttp2Stream } from 'node:http2';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { goawayFrame } from './http2-frame.js';
import type { ConnectionMode, GoawayOptions, RawReaction } from './raw-reaction.js';
import { react } from './raw-react.js';
import { previousAttempts } from './received-call.js';

/** A call as a raw server got it. */
export interface RawCall {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  /** The header `grpc-previous-rpc-attempts`; 0 without it. */
  readonly previousAttempts: number;
  /** HTTP/2 stream number: 1, 3, 5, … on each connection. */
  readonly streamId: number;
  /** Number of its connection, from 1. */
  readonly connection: number;
}

/** Where a {@link RawServer} listens, and how it begins. */
export interface RawServerOptions {
  /** `ip:port`. Default `127.0.0.1:0`: a free port. */
  readonly address?: string;
  /** Default `serve`. */
  readonly connectionMode?: ConnectionMode;
  /** What it does with calls for which `next` was not told. Default: reply with an empty message. */
  readonly reaction?: RawReaction | ((call: RawCall) => RawReaction);
}

/**
 * An HTTP/2 server that does what a gRPC server should not, or what grpc-js's server cannot be told to do: RST_STREAM
 * with any code, GOAWAY with any last stream, silence instead of SETTINGS, a connection cut in the middle of a call.
 * Plain text only; any method of any service.
 *
 * @example
 * ```ts
 * const server = await RawServer.start();
 * server.next({ kind: 'reset', code: http2.constants.NGHTTP2_REFUSED_STREAM });
 * ```
 */
export class RawServer {
  readonly #tcp: Server;
  readonly #http2: Http2Server;
  readonly #sockets = new Map<Socket, number>();
  readonly #sessions = new Map<ServerHttp2Session, Socket>();
  readonly #queue: RawReaction[] = [];
  readonly #calls: RawCall[] = [];
  #reaction: RawReaction | ((call: RawCall) => RawReaction);
  #mode: ConnectionMode;
  #accepted = 0;
  #address = '';

  private constructor(options: RawServerOptions) {
    this.#mode = options.connectionMode ?? 'serve';
    this.#reaction = options.reaction ?? { kind: 'reply' };
    this.#tcp = createServer({ noDelay: true }, (socket) => this.#accept(socket));
    this.#http2 = createHttp2Server();
    this.#http2.on('session', (session) => this.#onSession(session));
    this.#http2.on('stream', (stream, headers) => this.#onStream(stream, headers));
    // A client that goes away in the middle of something is a normal guest here.
    this.#http2.on('sessionError', () => undefined);
  }

  /** @throws the system's error, `EADDRINUSE` among others. */
  static async start(options: RawServerOptions = {}): Promise<RawServer> {
    const server = new RawServer(options);
    const address = options.address ?? '127.0.0.1:0';
    const colon = address.lastIndexOf(':');
    const host = address.slice(0, colon);
    server.#tcp.listen(Number(address.slice(colon + 1)), host);
    await once(server.#tcp, 'listening');
    server.#address = `${host}:${(server.#tcp.address() as AddressInfo).port}`;
    return server;
  }

  /** `ip:port` it listens on. */
  get address(): string {
    return this.#address;
  }

  /** The calls it got, oldest first. */
  get calls(): readonly RawCall[] {
    return this.#calls;
  }

  /** How many TCP connections were opened so far. */
  get accepted(): number {
    return this.#accepted;
  }

  /** How many of them are open. */
  get open(): number {
    return this.#sockets.size;
  }

  /** Says what to do with the next calls, in the order in which they come. */
  next(...reactions: readonly RawReaction[]): void {
    this.#queue.push(...reactions);
  }

  /** Changes what it does with all other calls. */
  setReaction(reaction: RawReaction | ((call: RawCall) => RawReaction)): void {
    this.#reaction = reaction;
  }

  /** Changes what it does with connections that are opened from now on. */
  setConnectionMode(mode: ConnectionMode): void {
    this.#mode = mode;
  }

  /** Sends GOAWAY on every connection. They stay open: what follows is the client's decision. */
  goaway(options: GoawayOptions = {}): void {
    for (const [session, socket] of this.#sessions) sendGoaway(session, socket, options);
  }

  /** Resets every TCP connection. */
  cut(): void {
    for (const socket of this.#sockets.keys()) socket.resetAndDestroy();
  }

  /** Cuts all connections and stops listening. Idempotent. */
  async close(): Promise<void> {
    if (!this.#tcp.listening) return;
    const closed = once(this.#tcp, 'close');
    this.#tcp.close();
    for (const session of this.#sessions.keys()) session.destroy();
    for (const socket of this.#sockets.keys()) socket.destroy();
    await closed;
  }

  #accept(socket: Socket): void {
    this.#sockets.set(socket, ++this.#accepted);
    socket.once('close', () => this.#sockets.delete(socket));
    socket.on('error', () => socket.destroy());
    if (this.#mode === 'reset') socket.resetAndDestroy();
    else if (this.#mode === 'serve') this.#http2.emit('connection', socket);
    // What a silent connection receives is read and dropped: one that is not read is not seen to be closed either.
    else socket.resume();
  }

  #onSession(session: ServerHttp2Session): void {
    // Sessions are made while their connection is being accepted, so it is the newest one.
    const socket = [...this.#sockets.keys()].at(-1) as Socket;
    this.#sessions.set(session, socket);
    session.once('close', () => this.#sessions.delete(session));
    session.on('error', () => undefined);
  }

  #onStream(stream: ServerHttp2Stream, headers: IncomingHttpHeaders): void {
    const { session } = stream;
    const socket = session && this.#sessions.get(session as ServerHttp2Session);
    if (!socket) return;
    const call: RawCall = {
      path: String(headers[':path']),
      headers,
      previousAttempts: previousAttempts(headers['grpc-previous-rpc-attempts']),
      streamId: stream.id ?? 0,
      connection: this.#sockets.get(socket) ?? 0,
    };
    this.#calls.push(call);
    const scripted = typeof this.#reaction === 'function' ? this.#reaction(call) : this.#reaction;
    const reaction = this.#queue.shift() ?? scripted;
    if (reaction.kind === 'goaway') sendGoaway(session as ServerHttp2Session, socket, reaction);
    react(stream, socket, reaction);
  }
}

function sendGoaway(session: ServerHttp2Session, socket: Socket, options: GoawayOptions): void {
  const { code = 0, lastStreamId, debugData = '' } = options;
  if (lastStreamId === 0) socket.write(goawayFrame(0, code, debugData));
  else session.goaway(code, lastStreamId ?? 0, Buffer.from(debugData));
}
