// A pod of the acceptance tests. It serves the demo's method, with the demo's shutdown, and a method that says every line
// again. With FAIL_FAST set it answers UNAVAILABLE at once, with OUTAGE_FILE for as long as that file is there; with
// SLOW_EVERY every so manieth answer, the first one to begin with, takes 1 s; with MAX_CONNECTION_AGE_MS it closes
// connections of that age.
import { existsSync } from 'node:fs';
import { gracefulShutdown } from '@fairlead/health';
import { podRuntime } from '@fairlead/testing';
import * as grpc from '@grpc/grpc-js';
import { workService } from 'fairlead-examples/rolling-update/service.js';
import { talkService } from './talk-service.mjs';

const pod = podRuntime();
const { FAIL_FAST, OUTAGE_FILE, SLOW_EVERY, MAX_CONNECTION_AGE_MS, MAX_CONNECTION_AGE_GRACE_MS } = process.env;
const server = new grpc.Server(
  MAX_CONNECTION_AGE_MS
    ? {
        'grpc.max_connection_age_ms': Number(MAX_CONNECTION_AGE_MS),
        'grpc.max_connection_age_grace_ms': Number(MAX_CONNECTION_AGE_GRACE_MS),
      }
    : {},
);
const failure = { code: grpc.status.UNAVAILABLE, details: 'a dependency is down' };
const failing = () => FAIL_FAST !== undefined || (OUTAGE_FILE !== undefined && existsSync(OUTAGE_FILE));
let answers = 0;
const slow = () => SLOW_EVERY !== undefined && answers++ % Number(SLOW_EVERY) === 0;

server.addService(workService, {
  Do(call, callback) {
    pod.executed(call.request);
    if (failing()) setTimeout(() => callback(failure), 1);
    else if (slow()) setTimeout(() => callback(null, pod.name), 1_000);
    else void pod.latency().then(() => callback(null, pod.name));
  },
});

server.addService(talkService, {
  Talk(call) {
    call.on('data', (line) => call.write(line));
    call.on('end', () => call.end());
    // The client sees why; a stream that is cut needs nothing more here.
    call.on('error', () => undefined);
  },
});

if (pod.mode === 'rude') process.on('SIGTERM', () => process.exit());
else gracefulShutdown(server, { propagationDelayMs: pod.mode === 'graceful' ? 3_000 : 0, exitProcess: true });

server.bindAsync(pod.address, grpc.ServerCredentials.createInsecure(), (error) => {
  if (error) throw error;
  pod.ready();
});
