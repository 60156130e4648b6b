// A pod that does not share the event loop of the test: a server of the Echo service in a thread of its own, which answers
// after `latencyMs`. Plain JavaScript, as a thread cannot import the TypeScript sources.
import { parentPort, workerData } from 'node:worker_threads';
import grpc from '@grpc/grpc-js';

const identity = (bytes) => bytes;
const server = new grpc.Server();
const { latencyMs } = workerData;
let calls = 0;

server.register(
  '/fairlead.test.v1.Echo/Unary',
  (_call, callback) => {
    calls += 1;
    // EchoReply with its field 1, `text`.
    const text = Buffer.from('late');
    setTimeout(() => callback(null, Buffer.concat([Buffer.from([0x0a, text.length]), text])), latencyMs);
  },
  identity,
  identity,
  'unary',
);
parentPort.on('message', () => parentPort.postMessage({ calls }));
server.bindAsync('127.0.0.1:0', grpc.ServerCredentials.createInsecure(), (error, port) => {
  if (error) throw error;
  parentPort.postMessage({ port });
});
