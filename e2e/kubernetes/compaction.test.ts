import { leakCheck, type LeakCheck } from '@fairlead/testing';
import { afterEach, beforeEach, expect } from '@jest/globals';
import { ApiError, type ApiObject } from './cluster/api-client.mjs';
import { ApiGate } from './support/api-gate.js';
import { requestsOf } from './support/audit-log.js';
import { ClusterUnderTest, KUBERNETES_TARGET, NAMESPACE, testOnOurs } from './support/cluster-under-test.js';
import { expectAllWell } from './support/expect-all-well.js';
import { Greeter } from './support/greeter.js';
import { KubernetesLoad } from './support/kubernetes-load.js';
import { collectionPath } from './support/objects.mjs';
import { sleep, until } from './support/until.js';

const SLICES = collectionPath('EndpointSlice', NAMESPACE);
/** A watch that ends within a second never was one: after it the client would list in any case. */
const A_WATCH_MS = 1_500;
/** What came while the client was cut off is waited for by it at most that long. */
const FOUND_MS = 60_000;

let cluster: ClusterUnderTest;
let leaks: LeakCheck;

beforeEach(() => {
  leaks = leakCheck();
  cluster = new ClusterUnderTest();
});

afterEach(async () => {
  cluster.close();
  await leaks.assertNothingLeft();
});

/** The code of what a watch from this version begins with. */
async function codeFrom(version: string): Promise<number> {
  const abort = new AbortController();
  try {
    const first = await cluster.api
      .watch<ApiObject & { readonly code?: number }>(`${SLICES}?resourceVersion=${version}`, abort.signal)
      .next();
    return first.done === true ? 200 : (first.value.object.code ?? 200);
  } catch (error) {
    if (error instanceof ApiError) return error.status;
    throw error;
  } finally {
    abort.abort();
  }
}

testOnOurs('a client whose version was compacted away meanwhile lists anew; no call fails', async () => {
  const greeter = new Greeter(cluster.api);
  await greeter.scale(5);
  const gate = await ApiGate.start(cluster.server);
  const kubeconfig = cluster.kubeconfig(await cluster.token('client'), gate.server).path;
  const run = await KubernetesLoad.start({ target: KUBERNETES_TARGET, kubeconfig, prefix: 'compaction' });
  let openedAtMs: number;
  let version: string;
  try {
    await sleep(A_WATCH_MS);
    version = (await cluster.api.get(SLICES)).metadata.resourceVersion ?? '';
    await gate.shut();
    const before = run.answered.size;
    await greeter.scale(8);
    // The API server has a history of its own; without it, it has only what etcd still knows.
    await cluster.control('/etcd/compact');
    await cluster.control('/api-server/kill');
    await cluster.control('/api-server/start');
    expect(await codeFrom(version)).toBe(410);
    expect(run.answered.size).toBe(before);

    openedAtMs = Date.now();
    await gate.open();
    run.channel.refresh();
    await until('calls on the new pods', FOUND_MS, () => run.answered.size === before + 3);
    await greeter.scale(5);
  } finally {
    await run.stop();
    await gate.shut();
  }
  expectAllWell(run, 'compaction');
  const [resumed, listed] = requestsOf('client').filter(({ atMs }) => atMs >= openedAtMs);
  expect(resumed?.lists).toBe(false);
  expect(Number(resumed?.version)).toBeLessThanOrEqual(Number(version));
  expect(listed?.lists).toBe(true);
});
