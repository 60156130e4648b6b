import type * as grpc from '@grpc/grpc-js';

const identity = (bytes: Buffer): Buffer => bytes;
const method = {
  requestSerialize: identity,
  requestDeserialize: identity,
  responseSerialize: identity,
  responseDeserialize: identity,
};

/** Methods on bytes: what is measured is the channel, not protobuf. */
export const echoService: grpc.ServiceDefinition = {
  Echo: { ...method, path: '/fairlead.bench.Echo/Echo', requestStream: false, responseStream: false },
  /** Answers with as many messages of the request's size as the request's first four bytes say, big-endian. */
  Flood: { ...method, path: '/fairlead.bench.Echo/Flood', requestStream: false, responseStream: true },
};
