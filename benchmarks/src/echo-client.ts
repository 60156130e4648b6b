import type * as grpc from '@grpc/grpc-js';
import { PAYLOAD, type Contender } from './contender.js';
import { echoService } from './echo-service.js';

/** A generated client, as far as it is needed. */
export type EchoClient = grpc.Client & {
  Echo(request: Buffer, callback: (error: grpc.ServiceError | null) => void): grpc.ClientUnaryCall;
  Flood(request: Buffer): grpc.ClientReadableStream<Buffer>;
};

/** @param grpcJs the copy of grpc-js that the contender has loaded, in its own way. */
export function echoClient(grpcJs: typeof grpc, ...args: ConstructorParameters<typeof grpc.Client>): EchoClient {
  const Client = grpcJs.makeGenericClientConstructor(echoService, 'Echo');
  return new Client(...args) as unknown as EchoClient;
}

/** A contender that calls the client and nothing else. */
export function plainly(client: EchoClient): Contender {
  return { call: (done) => void client.Echo(PAYLOAD, done), stream: (messages, done) => flood(client, messages, done) };
}

export function flood(client: EchoClient, messages: number, done: (error: unknown) => void): void {
  const request = Buffer.from(PAYLOAD);
  request.writeUInt32BE(messages);
  let seen = 0;
  const stream = client.Flood(request);
  stream.on('data', () => (seen += 1));
  stream.on('error', done);
  stream.on('end', () => done(seen === messages ? null : new Error(`${seen} messages (expected: ${messages})`)));
}
