// A process of its own, as Kubernetes runs it: `node pod.mjs '<options as JSON>'`. It has one stream that never ends.
import { gracefulShutdown } from '@fairlead/health';
import * as grpc from '@grpc/grpc-js';

const bytes = { serialize: (value) => value, deserialize: (value) => value };
const endless = {
  path: '/test.Test/Endless',
  requestStream: false,
  responseStream: true,
  requestSerialize: bytes.serialize,
  requestDeserialize: bytes.deserialize,
  responseSerialize: bytes.serialize,
  responseDeserialize: bytes.deserialize,
};

const say = (message) => process.stdout.write(`${JSON.stringify(message)}\n`);
const server = new grpc.Server();
server.addService({ Endless: endless }, { Endless: (call) => call.write(Buffer.from('first')) });
const shutdown = gracefulShutdown(server, JSON.parse(process.argv[2]));
void shutdown.ended.then((report) => say({ report }));
process.prependListener('SIGTERM', () => say({ signal: 'SIGTERM' }));
server.bindAsync('127.0.0.1:0', grpc.ServerCredentials.createInsecure(), (error, port) => say({ error, port }));
