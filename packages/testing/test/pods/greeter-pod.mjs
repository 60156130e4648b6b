import grpc from '@grpc/grpc-js';
import { echoService, podRuntime } from '@fairlead/testing';

const pod = podRuntime();
const server = new grpc.Server();
server.addService(echoService, {
  async unary(call, callback) {
    pod.executed(String(call.metadata.get('x-request-id')[0]));
    await pod.latency();
    callback(null, Buffer.from(`${call.request} from ${pod.version}`));
  },
});
process.on('SIGTERM', () => server.tryShutdown(() => process.exit()));
server.bindAsync(pod.address, grpc.ServerCredentials.createInsecure(), () => pod.ready());
