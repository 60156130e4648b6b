import * as grpc from '@grpc/grpc-js';
import { echoService } from './echo-service.mjs';

const server = new grpc.Server();
server.addService(/** @type {any} */ (echoService), {
  Echo: (/** @type {any} */ call, /** @type {any} */ callback) => callback(null, call.request),
});
server.bindAsync('127.0.0.1:0', grpc.ServerCredentials.createInsecure(), (error, port) => {
  if (error) throw error;
  process.send?.({ address: `127.0.0.1:${port}` });
});
process.on('disconnect', () => process.exit());
