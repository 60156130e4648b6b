// What runs in each pod: an ordinary grpc-js server that shuts down in the way that it is told.
import { gracefulShutdown } from '@fairlead/health';
import { podRuntime } from '@fairlead/testing';
import * as grpc from '@grpc/grpc-js';
import { workService } from './service.js';

const pod = podRuntime();
const server = new grpc.Server();

server.addService(workService, {
  Do: (call: grpc.ServerUnaryCall<string, string>, callback: grpc.sendUnaryData<string>) => {
    pod.executed(call.request);
    void pod.latency().then(() => callback(null, pod.name));
  },
});

if (pod.mode === 'rude') process.on('SIGTERM', () => process.exit());
// In the mode `prestop` the waiting is done before SIGTERM comes.
else gracefulShutdown(server, { propagationDelayMs: pod.mode === 'graceful' ? 3_000 : 0, exitProcess: true });

server.bindAsync(pod.address, grpc.ServerCredentials.createInsecure(), (error) => {
  if (error) throw error;
  pod.ready();
});
