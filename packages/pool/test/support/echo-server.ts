import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import * as grpc from '@grpc/grpc-js';

const identity = (bytes: Buffer): Buffer => bytes;
const method = (
  path: string,
  requestStream: boolean,
  responseStream: boolean,
): grpc.MethodDefinition<Buffer, Buffer> => ({
  path: `/test.Echo/${path}`,
  requestStream,
  responseStream,
  requestSerialize: identity,
  requestDeserialize: identity,
  responseSerialize: identity,
  responseDeserialize: identity,
});

/** The server keeps a timer for it, so it ends before a leak check gives up. */
const GOAWAY_GRACE_MS = 2_500;

/** All four call kinds, as a generated client has them. */
export const EchoService = {
  unary: method('Unary', false, false),
  clientStream: method('ClientStream', true, false),
  serverStream: method('ServerStream', false, true),
  bidi: method('Bidi', true, true),
} as const;

export const EchoClient = grpc.makeGenericClientConstructor(EchoService, 'test.Echo');

/** The methods of an {@link EchoClient}, typed. */
export interface Echo extends grpc.Client {
  unary(message: Buffer, callback: grpc.requestCallback<Buffer>): grpc.ClientUnaryCall;
  unary(message: Buffer, options: grpc.CallOptions, callback: grpc.requestCallback<Buffer>): grpc.ClientUnaryCall;
  unary(
    message: Buffer,
    metadata: grpc.Metadata,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<Buffer>,
  ): grpc.ClientUnaryCall;
  clientStream(callback: grpc.requestCallback<Buffer>): grpc.ClientWritableStream<Buffer>;
  serverStream(message: Buffer): grpc.ClientReadableStream<Buffer>;
  bidi(): grpc.ClientDuplexStream<Buffer, Buffer>;
}

/**
 * A real server: unary echoes, or fails with the code in `fail N`, or never answers `hang`; a client stream is
 * concatenated; a server stream answers each letter; bidi echoes each message.
 */
export class EchoServer {
  readonly port: number;
  /** Metadata of every call, in the order of arrival. */
  readonly received: grpc.Metadata[] = [];
  /** Name in the client's certificate, of every unary call over mutual TLS. */
  readonly callers: string[] = [];
  readonly #server: grpc.Server;
  readonly #address: string;

  private constructor(server: grpc.Server, address: string, port: number) {
    this.#server = server;
    this.#address = address;
    this.port = port;
  }

  /** @param address `127.0.0.1:0`, or a `unix:` address. */
  static async start(
    address = '127.0.0.1:0',
    credentials: grpc.ServerCredentials = grpc.ServerCredentials.createInsecure(),
  ): Promise<EchoServer> {
    const server = new grpc.Server();
    const port = await new Promise<number>((resolve, reject) => {
      server.bindAsync(address, credentials, (error, bound) => (error ? reject(error) : resolve(bound)));
    });
    const echo = new EchoServer(server, address.replace(/:0$/, `:${port}`), port);
    server.addService(EchoService, echo.#handlers());
    return echo;
  }

  get address(): string {
    return this.#address;
  }

  /** Sends GOAWAY to every connection; the calls on them go on. */
  goAway(): void {
    this.#server.drain(this.#address, GOAWAY_GRACE_MS);
  }

  /** Ends at once, calls included. */
  kill(): void {
    this.#server.forceShutdown();
  }

  #handlers(): grpc.UntypedServiceImplementation {
    return {
      unary: (call: grpc.ServerUnaryCall<Buffer, Buffer>, callback: grpc.sendUnaryData<Buffer>) => {
        this.received.push(call.metadata);
        const caller = call.getAuthContext().sslPeerCertificate?.subject.CN;
        if (caller !== undefined) this.callers.push(String(caller));
        const text = call.request.toString();
        if (text === 'hang') return;
        if (text.startsWith('fail ')) callback({ code: Number(text.slice(5)), details: 'as you wish' });
        else callback(null, call.request);
      },
      clientStream: (call: grpc.ServerReadableStream<Buffer, Buffer>, callback: grpc.sendUnaryData<Buffer>) => {
        this.received.push(call.metadata);
        const parts: Buffer[] = [];
        call.on('data', (part: Buffer) => parts.push(part)).on('end', () => callback(null, Buffer.concat(parts)));
      },
      serverStream: (call: grpc.ServerWritableStream<Buffer, Buffer>) => {
        this.received.push(call.metadata);
        for (const letter of call.request.toString()) call.write(Buffer.from(letter));
        call.end();
      },
      bidi: (call: grpc.ServerDuplexStream<Buffer, Buffer>) => {
        this.received.push(call.metadata);
        call.on('data', (part: Buffer) => call.write(part)).on('end', () => call.end());
      },
    };
  }
}

/** The answer of a unary call. */
export function unary(client: Echo, text: string, options: grpc.CallOptions = {}): Promise<string> {
  return new Promise((resolve, reject) => {
    client.unary(Buffer.from(text), options, (error, answer) => (error ? reject(error) : resolve(String(answer))));
  });
}

/** Everything a readable stream has, as text; rejects with its error. */
export async function textOf(stream: AsyncIterable<unknown>): Promise<string[]> {
  const parts: string[] = [];
  for await (const part of stream) parts.push(String(part));
  return parts;
}

/** A TCP port of 127.0.0.1 on which nobody listens. */
export async function closedPort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
