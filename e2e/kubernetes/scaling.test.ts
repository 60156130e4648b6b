import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { ClusterUnderTest, KUBERNETES_TARGET } from './support/cluster-under-test.js';
import { expectAllWell } from './support/expect-all-well.js';
import { Greeter } from './support/greeter.js';
import { KubernetesLoad } from './support/kubernetes-load.js';
import { SliceWatch } from './support/slice-watch.js';
import { sleep } from './support/until.js';

// No leak check: it slows down what is measured.
let cluster: ClusterUnderTest;

beforeEach(() => {
  cluster = new ClusterUnderTest();
});

afterEach(() => cluster.close());

const SETTLE_MS = 1_000;

test('pods that come are called within 300 ms of their slice, those that go no later than 100 ms after it', async () => {
  const greeter = new Greeter(cluster.api);
  await greeter.scale(5);
  const kubeconfig = cluster.kubeconfig(await cluster.token('client')).path;
  const watch = await SliceWatch.start(cluster.api);
  const before = new Set(watch.pods.keys());
  const run = await KubernetesLoad.start({ target: KUBERNETES_TARGET, kubeconfig, prefix: 'scaling' });
  try {
    for (const replicas of [10, 3, 10, 3, 5]) {
      await sleep(SETTLE_MS);
      await greeter.scale(replicas);
    }
    await sleep(SETTLE_MS);
  } finally {
    await run.stop();
    await watch.close();
  }

  expectAllWell(run, 'scaling');
  const startsOf = (pod: string): number[] =>
    run.calls.filter((call) => call.pod === pod).map(({ startedAt }) => startedAt);
  const came = [...watch.pods].filter(([pod, { readyAt }]) => !before.has(pod) && readyAt !== undefined);
  // Whoever was on its way out before we began was never called.
  const went = [...watch.pods].filter(([, times]) => times.readyAt !== undefined && times.terminatingAt !== undefined);
  const firstMs = came.map(([pod, { readyAt = NaN }]) => Math.min(...startsOf(pod)) - readyAt);
  const lastMs = went.map(([pod, { terminatingAt = NaN }]) => Math.max(...startsOf(pod)) - terminatingAt);
  process.stderr.write(`first calls after ${rounded(firstMs)} ms; last calls after ${rounded(lastMs)} ms\n`);
  expect(firstMs).toHaveLength(14);
  expect(lastMs).toHaveLength(14);
  // Of so few the 99th percentile is the greatest.
  expect(Math.max(...firstMs)).toBeLessThanOrEqual(300);
  expect(Math.max(...lastMs)).toBeLessThanOrEqual(100);
  // The two watches hear of it a moment apart.
  expect(Math.min(...firstMs)).toBeGreaterThan(-100);
});

function rounded(all: readonly number[]): string {
  return all
    .map((ms) => Math.round(ms))
    .sort((a, b) => a - b)
    .join(' ');
}
