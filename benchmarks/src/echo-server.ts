import { once } from 'node:events';
import * as grpc from '@grpc/grpc-js';
import { echoService } from './echo-service.js';

const server = new grpc.Server();
server.addService(echoService, {
  Echo: (call: grpc.ServerUnaryCall<Buffer, Buffer>, callback: grpc.sendUnaryData<Buffer>) =>
    callback(null, call.request),
  Flood: (call: grpc.ServerWritableStream<Buffer, Buffer>) => void flood(call),
});

async function flood(call: grpc.ServerWritableStream<Buffer, Buffer>): Promise<void> {
  for (let left = call.request.readUInt32BE(); left > 0; left -= 1) {
    if (!call.write(call.request)) await once(call, 'drain');
  }
  call.end();
}

// All addresses of the loopback network: one server can stand for many pods.
server.bindAsync('0.0.0.0:0', grpc.ServerCredentials.createInsecure(), (error, port) => {
  if (error) throw error;
  process.send?.({ address: `127.0.0.1:${port}` });
});
process.on('disconnect', () => process.exit());
