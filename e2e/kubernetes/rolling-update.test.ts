import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { ClusterUnderTest, DNS_TARGET, KUBERNETES_TARGET } from './support/cluster-under-test.js';
import { expectAllWell } from './support/expect-all-well.js';
import { Greeter } from './support/greeter.js';
import { KubernetesLoad, type LoadOptions } from './support/kubernetes-load.js';
import { sleep } from './support/until.js';

const UPDATES = 10;
/** Between two updates, so that the last pods of one have calls, too. */
const STEADY_MS = 1_000;

// No leak check: it takes time from the calls, and time is short while pods start.
let cluster: ClusterUnderTest;

beforeEach(() => {
  cluster = new ClusterUnderTest();
});

afterEach(() => cluster.close());

async function tenUpdates(options: LoadOptions): Promise<KubernetesLoad> {
  const greeter = new Greeter(cluster.api);
  await greeter.scale(5);
  const run = await KubernetesLoad.start(options);
  try {
    await sleep(STEADY_MS);
    for (let n = 0; n < UPDATES; n += 1) {
      await greeter.update();
      await sleep(STEADY_MS);
    }
  } finally {
    await run.stop();
  }
  return run;
}

function report(run: KubernetesLoad): string {
  const ms = run.calls.map(({ startedAt, endedAt }) => endedAt - startedAt).sort((a, b) => a - b);
  const at = (share: number): string => `${Math.round(ms[Math.floor(ms.length * share)] ?? 0)} ms`;
  return `${run.calls.length} calls, ${run.failed} failed, p50 ${at(0.5)}, p99 ${at(0.99)}, ${run.answered.size} pods, longest pause ${Math.round(run.longestPauseMs)} ms\n`;
}

describe('in ten rolling updates under 200 calls per second', () => {
  test('no call of a kubernetes: target fails or is executed twice, and every pod is called', async () => {
    const kubeconfig = cluster.kubeconfig(await cluster.token('client')).path;
    const run = await tenUpdates({ target: KUBERNETES_TARGET, kubeconfig, prefix: 'updates-kubernetes' });
    process.stderr.write(`updates-kubernetes: ${report(run)}`);
    expectAllWell(run, 'updates-kubernetes');
    expect(run.errors).toEqual([]);
    expect(run.answered.size).toBeGreaterThanOrEqual(5 * (UPDATES + 1));
  });

  const testDns = DNS_TARGET ? test : test.skip;

  testDns('no call of a dns: target fails or is executed twice', async () => {
    const options = { refreshIntervalMs: 1_000 };
    const run = await tenUpdates({ target: DNS_TARGET ?? '', prefix: 'updates-dns', options });
    process.stderr.write(`updates-dns: ${report(run)}`);
    expectAllWell(run, 'updates-dns');
    expect(run.answered.size).toBeGreaterThan(5 * UPDATES * 0.8);
  });
});
