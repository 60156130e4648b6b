import {
  Server,
  ServerCredentials,
  type ServerOptions,
  type ServiceDefinition,
  type UntypedServiceImplementation,
} from '@grpc/grpc-js';
import { echo, type CallScript } from './call-script.js';
import { echoService } from './echo-service.js';
import type { ReceivedCall } from './received-call.js';
import { ScriptedCall, type ServerCall, type UnaryCallback } from './scripted-call.js';

/** What a {@link ScriptedServer} serves, where and how. */
export interface ScriptedServerOptions {
  /** `ip:port` to listen on. Default `127.0.0.1:0`: a free port. */
  readonly address?: string;
  /** What it does with calls for which `next` was not told. Default `echo()`. */
  readonly script?: CallScript | ((call: ReceivedCall) => CallScript);
  /** Service whose methods are all scripted. Default {@link echoService}. An echo needs equal requests and responses. */
  readonly service?: ServiceDefinition;
  /** Default: plain text. */
  readonly credentials?: ServerCredentials;
  /** Passed to grpc-js. */
  readonly serverOptions?: ServerOptions;
}

/**
 * A real grpc-js server that does with each call what a test says, and remembers what it got.
 *
 * @example
 * ```ts
 * const server = await ScriptedServer.start();
 * server.next(fail(status.UNAVAILABLE), echo({ delayMs: 20 }));
 * // the first call fails, the second one is answered after 20 ms, all others at once
 * server.calls.map((call) => call.previousAttempts); // [0, 1, …]
 * await server.close();
 * ```
 */
export class ScriptedServer {
  /** `ip:port` it listens on. */
  readonly address: string;
  readonly #server: Server;
  readonly #state: ServerState;

  private constructor(address: string, server: Server, state: ServerState) {
    this.address = address;
    this.#server = server;
    this.#state = state;
  }

  /** @throws Error when the address cannot be listened on. */
  static async start(options: ScriptedServerOptions = {}): Promise<ScriptedServer> {
    const state = new ServerState(options.script ?? echo());
    const server = new Server(options.serverOptions);
    const service = options.service ?? echoService;
    server.addService(service, implement(service, state));
    const address = options.address ?? '127.0.0.1:0';
    const port = await bind(server, address, options.credentials ?? ServerCredentials.createInsecure());
    return new ScriptedServer(`${address.slice(0, address.lastIndexOf(':'))}:${port}`, server, state);
  }

  /** The calls it got, oldest first. */
  get calls(): readonly ReceivedCall[] {
    return this.#state.calls;
  }

  /** Says what to do with the next calls, in the order in which they come; after them the server's script holds again. */
  next(...scripts: readonly CallScript[]): void {
    this.#state.queue.push(...scripts);
  }

  /** Changes what it does with all other calls. */
  setScript(script: CallScript | ((call: ReceivedCall) => CallScript)): void {
    this.#state.script = script;
  }

  /** Graceful shutdown: no new connection, GOAWAY on the old ones. Resolves when the last call has ended. */
  shutdown(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#server.tryShutdown((error) => (error === undefined ? resolve() : reject(error)));
    });
  }

  /** Cuts all connections and stops listening. Idempotent. */
  async close(): Promise<void> {
    for (const call of this.#state.calls) call.abandon();
    // In this order: the graceful one tells when all sessions have ended, the forced one makes them end.
    const ended = this.shutdown();
    this.#server.forceShutdown();
    await ended;
  }
}

/** What the handlers of a server share. */
class ServerState {
  readonly calls: ScriptedCall[] = [];
  readonly queue: CallScript[] = [];
  script: CallScript | ((call: ReceivedCall) => CallScript);

  constructor(script: CallScript | ((call: ReceivedCall) => CallScript)) {
    this.script = script;
  }

  receive(call: ServerCall, callback?: UnaryCallback): void {
    const received = new ScriptedCall(call, callback);
    this.calls.push(received);
    const scripted = typeof this.script === 'function' ? this.script(received) : this.script;
    received.play(this.queue.shift() ?? scripted);
  }
}

function implement(service: ServiceDefinition, state: ServerState): UntypedServiceImplementation {
  const handler = (call: ServerCall, callback?: UnaryCallback): void => state.receive(call, callback);
  return Object.fromEntries(Object.keys(service).map((name) => [name, handler]));
}

function bind(server: Server, address: string, credentials: ServerCredentials): Promise<number> {
  return new Promise((resolve, reject) => {
    server.bindAsync(address, credentials, (error, port) => (error === null ? resolve(port) : reject(error)));
  });
}
