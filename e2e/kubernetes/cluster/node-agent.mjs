// Stands for the kubelet, on the API alone: a Node, and a process for each pod that is bound to it. A process of its own, so
// that its work is not in the way of what the tests measure.
import { setTimeout as sleep } from 'node:timers/promises';
import { ApiClient } from './api-client.mjs';
import { readKubeconfig } from './kubeconfig.mjs';
import { PodProcess } from './pod-process.mjs';
import { PodAddresses } from './pod-addresses.mjs';

const NODE = 'e2e-node';
const RETRY_MS = 200;
const { AGENT_KUBECONFIG, AGENT_POD_SCRIPT } = process.env;

const api = new ApiClient(readKubeconfig(AGENT_KUBECONFIG));
const addresses = new PodAddresses('10.244.1');
/** By uid: a pod that was deleted and made again under its name is another one. */
const pods = new Map();

async function register() {
  const node = { apiVersion: 'v1', kind: 'Node', metadata: { name: NODE, labels: { 'kubernetes.io/hostname': NODE } } };
  await api.post('/api/v1/nodes', node);
  const resources = { cpu: '64', memory: '64Gi', pods: '200' };
  const since = new Date().toISOString();
  const condition = {
    type: 'Ready',
    status: 'True',
    reason: 'E2E',
    lastHeartbeatTime: since,
    lastTransitionTime: since,
  };
  const status = { capacity: resources, allocatable: resources, conditions: [condition] };
  await api.patch(`/api/v1/nodes/${NODE}/status`, { status }, 'strategic');
  // Every Node begins as not ready, and nobody but us would say otherwise.
  await api.patch(`/api/v1/nodes/${NODE}`, { spec: { taints: null } });
}

function sync(pod) {
  const { uid, deletionTimestamp, deletionGracePeriodSeconds = 30 } = pod.metadata;
  let known = pods.get(uid);
  if (known === undefined) {
    if (pod.status?.phase === 'Failed' || pod.status?.phase === 'Succeeded') return;
    known = new PodProcess(pod, { api, addresses, script: AGENT_POD_SCRIPT, onGone: () => pods.delete(uid) });
    pods.set(uid, known);
    if (deletionTimestamp === undefined) known.start();
  }
  if (deletionTimestamp !== undefined) known.stop(deletionGracePeriodSeconds * 1_000);
}

async function follow() {
  const path = `/api/v1/pods?fieldSelector=spec.nodeName%3D${NODE}`;
  const list = await api.get(path);
  for (const pod of list.items) sync(pod);
  // Removed from the API while we did not look: by force, nobody waits for us.
  const there = new Set(list.items.map((pod) => pod.metadata.uid));
  for (const [uid, pod] of pods) if (!there.has(uid)) pod.stop(0);
  for await (const { type, object } of api.watch(`${path}&resourceVersion=${list.metadata.resourceVersion}`)) {
    if (type === 'ERROR') return;
    if (type === 'DELETED') pods.get(object.metadata.uid)?.stop(0);
    else if (type !== 'BOOKMARK') sync(object);
  }
}

process.on('SIGTERM', () => {
  for (const pod of pods.values()) pod.kill();
  process.exit();
});
process.on('disconnect', () => process.exit());

await register();
process.send?.('registered');
for (;;) {
  // The API server may be away for as long as it likes.
  await follow().catch(() => undefined);
  await sleep(RETRY_MS);
}
