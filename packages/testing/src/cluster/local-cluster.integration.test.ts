import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import dns from 'node:dns';
import * as grpc from '@grpc/grpc-js';
import { leakCheck, type LeakCheck } from '../leak/leak-check.js';
import type { ClusterEvent } from './event-log.js';
import { installLookup } from './install-lookup.js';
import { LocalCluster } from './local-cluster.js';
import type { DeploymentOptions } from './deployment-options.js';

const script = new URL('../../test/pods/echo-pod.mjs', import.meta.url);
const CEILING_MS = 60_000;
const BACKOFF = { 'grpc.initial_reconnect_backoff_ms': 100, 'grpc.max_reconnect_backoff_ms': 100 };

let cluster: LocalCluster;
let check: LeakCheck;
const clients: grpc.Client[] = [];
beforeEach(() => {
  // A client of grpc-js that is closed while it waits to reconnect tries once more before it ends.
  check = leakCheck({ settleMs: 10_000 });
});
afterEach(async () => {
  for (const client of clients.splice(0)) client.close();
  await cluster.close();
  await check.assertNothingLeft();
}, CEILING_MS);

/** Delays of a tenth of the usual ones; what is tested does not depend on them. */
async function startCluster(): Promise<LocalCluster> {
  cluster = await LocalCluster.start({ seed: 1, kubeletSyncMs: [5, 20], endpointPropagationMs: [5, 50] });
  return cluster;
}

async function startPods(options: Partial<DeploymentOptions> = {}) {
  await startCluster();
  const deployment = cluster.deployment({ script, ...options });
  await cluster.settled();
  return deployment;
}

function clientOf(target: string, options: grpc.ClientOptions = {}): grpc.Client {
  const client = new grpc.Client(target, grpc.credentials.createInsecure(), { ...BACKOFF, ...options });
  clients.push(client);
  return client;
}

const identity = (bytes: Buffer) => bytes;

/** Name of the pod that answered, and its version. */
function call(client: grpc.Client, id: string, timeoutMs = CEILING_MS): Promise<string> {
  const metadata = new grpc.Metadata();
  metadata.set('x-request-id', id);
  const options = { deadline: Date.now() + timeoutMs };
  return new Promise((resolve, reject) => {
    client.makeUnaryRequest('/test.Pod/Call', identity, identity, Buffer.alloc(0), metadata, options, (error, value) =>
      error === null ? resolve(String(value)) : reject(error),
    );
  });
}

async function resolve4(): Promise<string[]> {
  const resolver = new dns.promises.Resolver();
  resolver.setServers([cluster.dnsServer.address]);
  return (await resolver.resolve4(cluster.dnsServer.name)).sort();
}

const happenedTo = (pod: string) => cluster.events.filter((event) => event.pod === pod).map((event) => event.kind);

describe('LocalCluster', () => {
  test('runs pods at addresses of their own, which DNS answers with', async () => {
    const deployment = await startPods({ replicas: 3, latencyMs: 1 });
    const pods = deployment.pods();
    expect(await resolve4()).toEqual(pods.map((pod) => pod.host).sort());
    expect(new Set(pods.map((pod) => pod.host)).size).toBe(3);
    const answers = await Promise.all(pods.map((pod) => call(clientOf(pod.address), pod.name)));
    expect(answers).toEqual(pods.map((pod) => `${pod.name} v1`));
    expect(cluster.ledger.pods('pod-v1-2')).toEqual(['pod-v1-2']);
    for (const { times } of pods) {
      const { createdAt, readyAt = NaN, publishedAt = NaN } = times;
      expect(createdAt < readyAt && readyAt < publishedAt).toBe(true);
    }
  });

  test(
    'a rolling update keeps to maxSurge and maxUnavailable at every moment',
    async () => {
      const deployment = await startPods({ replicas: 4, maxUnavailable: 1, maxSurge: 2 });
      const before = cluster.events.length;
      let mostPods = 0;
      let fewestAvailable = Infinity;
      cluster.subscribe(() => {
        const pods = cluster.pods().filter((pod) => pod.state !== 'terminating' && pod.state !== 'exited');
        mostPods = Math.max(mostPods, pods.length);
        fewestAvailable = Math.min(fewestAvailable, pods.filter((pod) => pod.ready).length);
      });
      deployment.rollTo('v2');
      await cluster.settled();
      expect(cluster.published().map((pod) => pod.version)).toEqual(['v2', 'v2', 'v2', 'v2']);
      expect([mostPods, fewestAvailable]).toEqual([6, 3]);
      const exited = (event: ClusterEvent) => event.kind === 'exited';
      await cluster.until(() => cluster.events.slice(before).filter(exited).length === 4);
      expect(cluster.events.filter(exited).map((event) => event.detail)).toEqual(Array(4).fill('code 0'));
      expect(deployment.pods()).toHaveLength(4);
    },
    CEILING_MS,
  );

  test(
    'scales up and down, and its addresses are never used again',
    async () => {
      const deployment = await startPods({ replicas: 1, shutdownMode: 'rude' });
      deployment.scale(3);
      await cluster.settled();
      deployment.scale(1);
      await cluster.settled();
      deployment.scale(2);
      await cluster.settled();
      expect(new Set(cluster.pods().map((pod) => pod.address)).size).toBe(4);
      expect((await resolve4()).length).toBe(2);
    },
    CEILING_MS,
  );

  test(
    'the cluster IP keeps a connection on its pod, and resets connections when there is no endpoint',
    async () => {
      const deployment = await startPods({ replicas: 3 });
      const client = clientOf(cluster.clusterIpAddress);
      const names = new Set<string>();
      for (let i = 0; i < 10; i++) names.add(await call(client, `id-${i}`));
      expect(names.size).toBe(1);
      deployment.scale(0);
      await cluster.until(() => cluster.published().length === 0);
      await expect(call(clientOf(cluster.clusterIpAddress), 'nobody')).rejects.toThrow('UNAVAILABLE');
      await expect(resolve4()).rejects.toThrow('ENOTFOUND');
    },
    CEILING_MS,
  );

  test(
    'stock grpc-js sees the headless name by the installed lookup, and spreads over all pods',
    async () => {
      await startPods({ replicas: 3 });
      const uninstall = installLookup(cluster.dnsServer);
      try {
        const serviceConfig = JSON.stringify({ loadBalancingConfig: [{ round_robin: {} }] });
        const client = clientOf(cluster.plainDnsTarget, { 'grpc.service_config': serviceConfig });
        const seen = new Set<string>();
        for (let i = 0; seen.size < 3; i++) seen.add(await call(client, `id-${i}`));
        expect([...seen].sort()).toEqual(['pod-v1-1 v1', 'pod-v1-2 v1', 'pod-v1-3 v1']);
        expect(await dns.promises.lookup('127.0.0.1')).toEqual({ address: '127.0.0.1', family: 4 });
      } finally {
        uninstall();
      }
      await expect(dns.promises.lookup(`${cluster.dnsServer.name}.`)).rejects.toThrow();
    },
    CEILING_MS,
  );

  test(
    'a killed pod is replaced at a new address, and what it executed stays in the ledger',
    async () => {
      const deployment = await startPods({ replicas: 1, latencyMs: CEILING_MS });
      const [victim] = deployment.pods();
      const unanswered = call(clientOf(victim!.address), 'cut-off');
      await Promise.all([expect(unanswered).rejects.toThrow('UNAVAILABLE'), killOnceExecuting(victim!.name)]);
      await cluster.until(() => cluster.published().some((pod) => pod !== victim));
      expect(cluster.ledger.executions('cut-off')).toBe(1);
      expect(happenedTo(victim!.name)).toEqual(['created', 'ready', 'published', 'exited', 'unready', 'removed']);
    },
    CEILING_MS,
  );

  test(
    'with onCrash restart it comes back at the same address',
    async () => {
      const deployment = await startPods({ replicas: 1, onCrash: 'restart' });
      const [pod] = deployment.pods();
      pod!.kill();
      await cluster.until(() => happenedTo(pod!.name).filter((kind) => kind === 'ready').length === 2);
      expect([pod!.restarts, cluster.pods().length]).toEqual([1, 1]);
      expect(await call(clientOf(pod!.address), 'again')).toBe('pod-v1-1 v1');
    },
    CEILING_MS,
  );

  test(
    'a frozen pod answers nobody until it is thawed',
    async () => {
      const deployment = await startPods({ replicas: 1 });
      const [pod] = deployment.pods();
      const client = clientOf(pod!.address);
      await call(client, 'before');
      pod!.freeze();
      expect(pod!.frozen).toBe(true);
      await expect(call(client, 'during', 200)).rejects.toThrow('DEADLINE_EXCEEDED');
      pod!.thaw();
      expect(await call(client, 'after')).toBe('pod-v1-1 v1');
    },
    CEILING_MS,
  );

  test(
    'latency can be changed while a pod runs',
    async () => {
      const deployment = await startPods({ replicas: 1 });
      const [pod] = deployment.pods();
      const client = clientOf(pod!.address);
      await call(client, 'quick');
      await pod!.setLatency(CEILING_MS);
      // The pod takes what comes by its own channel and what comes by TCP in no certain order.
      let slow = false;
      for (let i = 0; !slow; i++)
        slow = await call(client, `slow-${i}`, 500).then(
          () => false,
          () => true,
        );
      expect(pod!.latencyMs).toBe(CEILING_MS);
    },
    CEILING_MS,
  );

  test.each([
    ['rude', 'code 0'],
    ['kill', 'SIGKILL'],
    ['prestop', 'code 0'],
    ['freeze', 'SIGKILL'],
  ] as const)(
    'shutdown mode %s ends in %s',
    async (shutdownMode, end) => {
      const deployment = await startPods({ replicas: 1, shutdownMode, preStopMs: 50, terminationGraceMs: 1_000 });
      deployment.scale(0);
      await cluster.until(
        () => happenedTo('pod-v1-1').includes('exited') && happenedTo('pod-v1-1').includes('removed'),
      );
      expect(cluster.events.find((event) => event.kind === 'exited')?.detail).toBe(end);
      expect(happenedTo('pod-v1-1').includes('frozen')).toBe(shutdownMode === 'freeze');
    },
    CEILING_MS,
  );

  test(
    'a script that fails is told with its error output, and is not started over and over',
    async () => {
      await startCluster();
      const failing = cluster.deployment({ script: new URL('../../test/pods/failing-pod.mjs', import.meta.url) });
      await expect(failing.rolledOut()).rejects.toThrow(/pod-v1-1 ended before it was ready: [^]*no such database/);
      expect(cluster.pods()).toHaveLength(1);
    },
    CEILING_MS,
  );

  test(
    'close ends all processes, frozen ones included, and tells those who wait',
    async () => {
      const deployment = await startPods({ replicas: 2 });
      const pids = deployment.pods().map((pod) => pod.pid as number);
      deployment.pods()[0]?.freeze();
      const waiting = expect(cluster.until(() => false)).rejects.toThrow('the cluster was closed');
      await cluster.close();
      await waiting;
      for (const pid of pids) expect(() => process.kill(pid, 0)).toThrow('ESRCH');
      await cluster.close();
    },
    CEILING_MS,
  );

  test('refuses a second deployment of one name, and misspelled options', async () => {
    await startPods();
    expect(() => cluster.deployment({ script })).toThrow('name: "pod"');
    expect(() => cluster.deployment({ script, name: 'x', replica: 1 } as DeploymentOptions)).toThrow('`replicas`');
    const stuck = { script, name: 'x', maxSurge: 0, maxUnavailable: 0 };
    expect(() => cluster.deployment(stuck)).toThrow('maxUnavailable: 0');
    await expect(LocalCluster.start({ kubeletSyncMs: [5, 1] })).rejects.toThrow('kubeletSyncMs: [5,1]');
  });
});

async function killOnceExecuting(name: string): Promise<void> {
  while (cluster.ledger.executions('cut-off') === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  cluster
    .pods()
    .find((pod) => pod.name === name)
    ?.kill();
}
