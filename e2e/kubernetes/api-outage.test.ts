import { once } from 'node:events';
import { connect } from 'node:net';
import { leakCheck, type LeakCheck } from '@fairlead/testing';
import { afterEach, beforeEach, expect } from '@jest/globals';
import { ClusterUnderTest, KUBERNETES_TARGET, testOnOurs } from './support/cluster-under-test.js';
import { expectAllWell } from './support/expect-all-well.js';
import { Greeter } from './support/greeter.js';
import { KubernetesLoad } from './support/kubernetes-load.js';
import { sleep, until } from './support/until.js';

const OUTAGE_MS = 60_000;
/** The longest wait between two attempts to reach an API server that is away. */
const LONGEST_WAIT_MS = 60_000;

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

/** Whether the API server is there, by a connection of its own: others remember those that broke. */
async function isAnswering(): Promise<boolean> {
  const { hostname, port } = cluster.server;
  const socket = connect(Number(port), hostname);
  return once(socket, 'connect')
    .then(
      () => true,
      () => false,
    )
    .finally(() => socket.destroy());
}

testOnOurs('no call fails while the API server is dead for 60 s, and afterwards new pods are called', async () => {
  const greeter = new Greeter(cluster.api);
  await greeter.scale(5);
  const kubeconfig = cluster.kubeconfig(await cluster.token('client')).path;
  const run = await KubernetesLoad.start({ target: KUBERNETES_TARGET, kubeconfig, prefix: 'outage' });
  let foundAfterMs: number;
  try {
    await cluster.control('/api-server/kill');
    expect(await isAnswering()).toBe(false);
    await sleep(OUTAGE_MS);
    expect(await isAnswering()).toBe(false);
    expect(run.errors.map(({ message }) => message)).toContainEqual(expect.stringMatching(/does not answer|broke off/));
    await cluster.control('/api-server/start');
    const backAt = performance.now();
    const before = run.answered;
    await greeter.scale(6);
    await until('a call on the new pod', LONGEST_WAIT_MS + 5_000, () => run.answered.size > before.size);
    foundAfterMs = performance.now() - backAt;
  } finally {
    await run.stop();
  }
  process.stderr.write(
    `outage: ${run.calls.length} calls, ${run.failed} failed, ${run.errors.length} failed look-ups; ` +
      `a new pod was called ${Math.round(foundAfterMs)} ms after the API server was back\n`,
  );
  expectAllWell(run, 'outage');
});
