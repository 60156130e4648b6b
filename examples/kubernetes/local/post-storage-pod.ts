// `post-storage` as a pod of a LocalCluster, which has one port: it speaks one protocol. Each read is counted where it happens.
import { podRuntime } from '@fairlead/testing';
import { startPostStorage } from '../blog/post-storage.js';

const pod = podRuntime();
let reads = 0;

await startPostStorage({
  [process.env['PROTOCOL'] === 'http' ? 'httpAddress' : 'grpcAddress']: pod.address,
  onRead: async () => {
    pod.executed(`${pod.name}/${(reads += 1)}`);
    await pod.latency();
  },
  maxConnectionAgeMs: Number(process.env['MAX_CONNECTION_AGE_MS'] ?? 0),
  shutdown: { propagationDelayMs: 0, drainTimeoutMs: 1_000 },
});
pod.ready();
