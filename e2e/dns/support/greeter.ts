import * as grpc from '@grpc/grpc-js';

const text = { serialize: (value: string) => Buffer.from(value), deserialize: (bytes: Buffer) => bytes.toString() };
const service = {
  greet: {
    path: '/greeter.Greeter/Greet',
    requestStream: false,
    responseStream: false,
    requestSerialize: text.serialize,
    requestDeserialize: text.deserialize,
    responseSerialize: text.serialize,
    responseDeserialize: text.deserialize,
  },
} as const;
const Client = grpc.makeGenericClientConstructor(service, 'Greeter');

/** A pod that answers with its address. */
export class Greeter {
  readonly #server = new grpc.Server();
  readonly host: string;
  port = 0;

  constructor(host: string) {
    this.host = host;
    this.#server.addService(service, {
      greet: (_call: unknown, done: grpc.sendUnaryData<string>) => done(null, `${this.host}:${this.port}`),
    });
  }

  /** @param port 0 for any. */
  async start(port: number): Promise<this> {
    this.port = await new Promise<number>((resolve, reject) => {
      this.#server.bindAsync(`${this.host}:${port}`, grpc.ServerCredentials.createInsecure(), (error, bound) =>
        error ? reject(error) : resolve(bound),
      );
    });
    return this;
  }

  stop(): void {
    this.#server.forceShutdown();
  }
}

/** @returns the address of the pod that answered. */
export function greet(channel: grpc.ChannelInterface, deadlineMs = 20_000): Promise<string> {
  const client = new Client('unused', grpc.credentials.createInsecure(), { channelOverride: channel }) as unknown as {
    greet(name: string, options: grpc.CallOptions, done: (error: Error | null, reply: string) => void): void;
  };
  return new Promise((resolve, reject) => {
    client.greet('you', { deadline: Date.now() + deadlineMs }, (error, reply) =>
      error ? reject(error) : resolve(reply),
    );
  });
}
