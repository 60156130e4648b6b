// A pod in plain JavaScript: it cannot import the TypeScript sources, so it speaks the protocol of pods by hand.
import { openSync, writeSync } from 'node:fs';
import grpc from '@grpc/grpc-js';

const env = process.env;
const ledger = openSync(env.FAIRLEAD_POD_LEDGER, 'a');
let latencyMs = Number(env.FAIRLEAD_POD_LATENCY_MS);

process.on('message', (message) => {
  if (message.type === 'latency') latencyMs = message.ms;
});
process.on('disconnect', () => process.exit());
process.channel.unref();

const identity = (bytes) => bytes;
const service = {
  call: {
    path: '/test.Pod/Call',
    requestStream: false,
    responseStream: false,
    requestSerialize: identity,
    requestDeserialize: identity,
    responseSerialize: identity,
    responseDeserialize: identity,
  },
};

const server = new grpc.Server();
server.addService(service, {
  call(call, callback) {
    const [id] = call.metadata.get('x-request-id');
    if (id !== undefined) writeSync(ledger, `${id}\n`);
    setTimeout(() => callback(null, Buffer.from(`${env.FAIRLEAD_POD_NAME} ${env.FAIRLEAD_POD_VERSION}`)), latencyMs);
  },
});

process.on('SIGTERM', () => {
  if (env.FAIRLEAD_POD_MODE === 'rude') process.exit();
  server.tryShutdown(() => process.exit());
});

server.bindAsync(env.FAIRLEAD_POD_ADDRESS, grpc.ServerCredentials.createInsecure(), (error) => {
  if (error) throw error;
  process.send({ type: 'ready' });
});
