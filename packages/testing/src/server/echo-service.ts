import type { MethodDefinition } from '@grpc/grpc-js';

const identity = (bytes: Buffer): Buffer => bytes;

function method(name: string, requestStream: boolean, responseStream: boolean): MethodDefinition<Buffer, Buffer> {
  return {
    path: `/fairlead.testing.Echo/${name}`,
    requestStream,
    responseStream,
    requestSerialize: identity,
    requestDeserialize: identity,
    responseSerialize: identity,
    responseDeserialize: identity,
  };
}

/**
 * A service with one method of each kind, whose messages are bytes as they are. `ScriptedServer` serves it by default.
 *
 * @example
 * ```ts
 * const EchoClient = grpc.makeGenericClientConstructor(echoService, 'Echo');
 * const client = new EchoClient(server.address, grpc.credentials.createInsecure());
 * ```
 */
export const echoService = {
  unary: method('Unary', false, false),
  clientStream: method('ClientStream', true, false),
  serverStream: method('ServerStream', false, true),
  bidi: method('Bidi', true, true),
};
