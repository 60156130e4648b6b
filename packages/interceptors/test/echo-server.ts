import * as grpc from '@grpc/grpc-js';

const asBytes = (text: string): Buffer => Buffer.from(text);

const method = (
  name: string,
  requestStream: boolean,
  responseStream: boolean,
): grpc.MethodDefinition<string, string> => ({
  path: `/test.Echo/${name}`,
  requestStream,
  responseStream,
  requestSerialize: asBytes,
  requestDeserialize: String,
  responseSerialize: asBytes,
  responseDeserialize: String,
});

/** Text in, text out, in all four kinds of calls. */
export const ECHO = {
  unary: method('Unary', false, false),
  collect: method('Collect', true, false),
  repeat: method('Repeat', false, true),
  chat: method('Chat', true, true),
};

type Handlers = { readonly [name in keyof typeof ECHO]: grpc.UntypedHandleCall };

/**
 * `unary` answers with its request, `collect` with all of them joined by "+", `repeat` with the request three times, `chat`
 * with each message as it comes.
 */
const HANDLERS: Handlers = {
  unary: (call: grpc.ServerUnaryCall<string, string>, done: grpc.sendUnaryData<string>) => done(null, call.request),
  collect: (call: grpc.ServerReadableStream<string, string>, done: grpc.sendUnaryData<string>) => {
    const parts: string[] = [];
    call.on('data', (part: string) => parts.push(part)).on('end', () => done(null, parts.join('+')));
  },
  repeat: (call: grpc.ServerWritableStream<string, string>) => {
    for (let n = 0; n < 3; n++) call.write(call.request);
    call.end();
  },
  chat: (call: grpc.ServerDuplexStream<string, string>) => {
    call.on('data', (part: string) => call.write(part)).on('end', () => call.end());
  },
};

/** Handlers instead of the echoing ones. */
export type EchoHandlers = Partial<Handlers>;

export interface EchoServer {
  /** `127.0.0.1:port` */
  readonly address: string;
  /** Metadata of the calls, in the order of their arrival. */
  readonly seen: readonly grpc.Metadata[];
  stop(): void;
}

export async function startEchoServer(handlers: EchoHandlers = {}): Promise<EchoServer> {
  const seen: grpc.Metadata[] = [];
  const server = new grpc.Server();
  const noting = Object.entries({ ...HANDLERS, ...handlers }).map(([name, handler]) => [
    name,
    (call: { readonly metadata: grpc.Metadata }, ...rest: unknown[]) => {
      seen.push(call.metadata);
      (handler as (...args: unknown[]) => void)(call, ...rest);
    },
  ]);
  server.addService(ECHO, Object.fromEntries(noting) as grpc.UntypedServiceImplementation);
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync('127.0.0.1:0', grpc.ServerCredentials.createInsecure(), (error, bound) =>
      error ? reject(error) : resolve(bound),
    );
  });
  return { address: `127.0.0.1:${port}`, seen, stop: () => server.forceShutdown() };
}

/** A client of {@link startEchoServer}, with promises. */
export class EchoClient extends grpc.Client {
  unary(text: string, metadata = new grpc.Metadata(), options: grpc.CallOptions = {}): Promise<string> {
    return new Promise((resolve, reject) => {
      this.makeUnaryRequest(ECHO.unary.path, asBytes, String, text, metadata, options, (error, value = '') =>
        error ? reject(error) : resolve(value),
      );
    });
  }

  collect(texts: readonly string[], options: grpc.CallOptions = {}): Promise<string> {
    return new Promise((resolve, reject) => {
      const call = this.makeClientStreamRequest<string, string>(
        ECHO.collect.path,
        asBytes,
        String,
        new grpc.Metadata(),
        options,
        (error, value = '') => (error ? reject(error) : resolve(value)),
      );
      for (const text of texts) call.write(text);
      call.end();
    });
  }

  repeat(text: string): Promise<string[]> {
    return received(this.makeServerStreamRequest(ECHO.repeat.path, asBytes, String, text));
  }

  chat(texts: readonly string[]): Promise<string[]> {
    const call = this.makeBidiStreamRequest<string, string>(ECHO.chat.path, asBytes, String);
    for (const text of texts) call.write(text);
    call.end();
    return received(call);
  }

  /** One call of each kind, and what came back. */
  async all(): Promise<unknown[]> {
    return [
      await this.unary('u'),
      await this.collect(['a', 'b', 'c']),
      await this.repeat('r'),
      await this.chat(['x', 'y']),
    ];
  }
}

/** What {@link EchoClient.all} gives when nothing went wrong. */
export const ALL_ANSWERS = ['u', 'a+b+c', ['r', 'r', 'r'], ['x', 'y']];

function received(call: grpc.ClientReadableStream<string>): Promise<string[]> {
  return new Promise((resolve, reject) => {
    const texts: string[] = [];
    call.on('data', (text: string) => texts.push(text));
    call.on('end', () => resolve(texts));
    call.on('error', reject);
  });
}
