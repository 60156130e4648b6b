import * as grpc from '@grpc/grpc-js';

const text = { serialize: (value: string) => Buffer.from(value), deserialize: (bytes: Buffer) => bytes.toString() };

/** Stands for generated code: what a client and a server know of `helloworld.Greeter`. */
const greeterService = {
  sayHello: {
    path: '/helloworld.Greeter/SayHello',
    requestStream: false,
    responseStream: false,
    requestSerialize: text.serialize,
    requestDeserialize: text.deserialize,
    responseSerialize: text.serialize,
    responseDeserialize: text.deserialize,
  },
} as const satisfies grpc.ServiceDefinition;

export interface GreeterClient extends grpc.Client {
  sayHello(name: string, callback: (error: grpc.ServiceError | null, greeting?: string) => void): grpc.ClientUnaryCall;
}

export const GreeterClient = grpc.makeGenericClientConstructor(greeterService, 'Greeter') as unknown as new (
  ...args: ConstructorParameters<typeof grpc.Client>
) => GreeterClient;

/** Servers on this machine, and the target that names them all. */
export async function startGreeters(count: number): Promise<{ readonly target: string; readonly close: () => void }> {
  const servers = await Promise.all(Array.from({ length: count }, (_, index) => startGreeter(`pod ${index + 1}`)));
  const target = `ipv4:${servers.map(({ port }) => `127.0.0.1:${port}`).join(',')}`;
  return { target, close: () => servers.forEach(({ server }) => server.forceShutdown()) };
}

async function startGreeter(pod: string): Promise<{ readonly server: grpc.Server; readonly port: number }> {
  const server = new grpc.Server();
  server.addService(greeterService, {
    sayHello: (call: grpc.ServerUnaryCall<string, string>, callback: grpc.sendUnaryData<string>) =>
      callback(null, `Hello, ${call.request}, says ${pod}`),
  });
  const port = await new Promise<number>((resolve, reject) => {
    const insecure = grpc.ServerCredentials.createInsecure();
    server.bindAsync('127.0.0.1:0', insecure, (error, bound) => (error ? reject(error) : resolve(bound)));
  });
  return { server, port };
}
