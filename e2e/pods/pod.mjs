// A pod of the acceptance tests. It serves the demo's method, with the demo's shutdown; with FAIL_FAST set it answers
// UNAVAILABLE at once, with MAX_CONNECTION_AGE_MS it closes connections of that age.
import { gracefulShutdown } from '@fairlead/health';
import { podRuntime } from '@fairlead/testing';
import * as grpc from '@grpc/grpc-js';
import { workService } from 'fairlead-examples/rolling-update/service.js';

const pod = podRuntime();
const { FAIL_FAST, MAX_CONNECTION_AGE_MS, MAX_CONNECTION_AGE_GRACE_MS } = process.env;
const server = new grpc.Server(
  MAX_CONNECTION_AGE_MS
    ? {
        'grpc.max_connection_age_ms': Number(MAX_CONNECTION_AGE_MS),
        'grpc.max_connection_age_grace_ms': Number(MAX_CONNECTION_AGE_GRACE_MS),
      }
    : {},
);
const failure = { code: grpc.status.UNAVAILABLE, details: 'a dependency is down' };

server.addService(workService, {
  Do(call, callback) {
    pod.executed(call.request);
    if (FAIL_FAST) setTimeout(() => callback(failure), 1);
    else void pod.latency().then(() => callback(null, pod.name));
  },
});

if (pod.mode === 'rude') process.on('SIGTERM', () => process.exit());
else gracefulShutdown(server, { propagationDelayMs: pod.mode === 'graceful' ? 3_000 : 0, exitProcess: true });

server.bindAsync(pod.address, grpc.ServerCredentials.createInsecure(), (error) => {
  if (error) throw error;
  pod.ready();
});
