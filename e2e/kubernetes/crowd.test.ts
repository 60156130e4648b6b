import { afterEach, beforeEach, expect } from '@jest/globals';
import { ClusterUnderTest, NAMESPACE, testOnOurs } from './support/cluster-under-test.js';
import { Crowd } from './support/crowd.js';
import { expectAllWell } from './support/expect-all-well.js';
import { KubernetesLoad } from './support/kubernetes-load.js';
import { sleep, until } from './support/until.js';

const ENDPOINTS = 1_000;
const SLICES = 12;
const CHURN_MS = 20_000;
const SEED = 8;
/** An event that is lost is made up for by the next one of its slice: so often nothing more may come until all is known. */
const CHANGES_BETWEEN_LOOKS = 10;
const KNOWN_MS = 5_000;

// No leak check: the stacks of a thousand connections cost more than what is tested.
let cluster: ClusterUnderTest;

beforeEach(() => {
  cluster = new ClusterUnderTest();
});

afterEach(() => cluster.close());

testOnOurs('1 000 endpoints in 12 slices that change all the time: no call fails, and none is forgotten', async () => {
  const crowd = await Crowd.start(cluster.api, ENDPOINTS, SLICES, SEED);
  const kubeconfig = cluster.kubeconfig(await cluster.token('client')).path;
  const target = `kubernetes:///crowd.${NAMESPACE}:grpc`;
  const run = await KubernetesLoad.start({ target, kubeconfig, prefix: 'crowd' });
  const members = (): string[] => run.channel.snapshot().members.map(({ endpoint }) => endpoint.id);
  let changes = 0;
  const knownAfterMs: number[] = [];
  try {
    expect(members().sort()).toEqual(crowd.ready);
    expect(run.channel.snapshot().resolver.attributes['slices']).toBe(SLICES);
    for (const end = performance.now() + CHURN_MS; performance.now() < end;) {
      for (let n = 0; n < CHANGES_BETWEEN_LOOKS; n += 1, changes += 1) {
        await crowd.change();
        await sleep(20);
      }
      const lastAt = performance.now();
      const ready = JSON.stringify(crowd.ready);
      await until(`the state after ${changes} changes`, KNOWN_MS, () => JSON.stringify(members().sort()) === ready);
      knownAfterMs.push(performance.now() - lastAt);
    }
  } finally {
    await run.stop();
    await crowd.close();
  }
  process.stderr.write(
    `crowd: ${changes} changes, ${run.calls.length} calls, ${run.failed} failed; ` +
      `each state was known after at most ${Math.round(Math.max(...knownAfterMs))} ms\n`,
  );
  expect(changes).toBeGreaterThan(100);
  expectAllWell(run, 'crowd');
  expect(run.errors).toEqual([]);
});
