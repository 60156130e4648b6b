import type * as grpc from '@grpc/grpc-js';

const identity = (bytes: Buffer): Buffer => bytes;

/** A unary method on bytes: what is measured is the channel, not protobuf. */
export const echoService: grpc.ServiceDefinition = {
  Echo: {
    path: '/fairlead.bench.Echo/Echo',
    requestStream: false,
    responseStream: false,
    requestSerialize: identity,
    requestDeserialize: identity,
    responseSerialize: identity,
    responseDeserialize: identity,
  },
};
