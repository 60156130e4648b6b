/** @param {Buffer} bytes */
const identity = (bytes) => bytes;

const codec = {
  requestSerialize: identity,
  requestDeserialize: identity,
  responseSerialize: identity,
  responseDeserialize: identity,
};

/** A unary method on bytes: what is measured is the channel, not protobuf. */
export const echoService = {
  Echo: { path: '/fairlead.bench.Echo/Echo', requestStream: false, responseStream: false, ...codec },
};
