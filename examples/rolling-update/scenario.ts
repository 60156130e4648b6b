import { fileURLToPath } from 'node:url';
import { LocalCluster, type ClusterEvent, type Deployment, type Pod, type ShutdownMode } from '@fairlead/testing';
import { CLIENTS, type ClientName } from './clients.js';
import { Load, type CallRecord } from './load.js';

const SCRIPT = fileURLToPath(new URL('./pod.js', import.meta.url));

export const PODS = 5;
export const ADDED_PODS = 5;
export const FAST_MS = 5;
export const SLOW_MS = 200;
const BEFORE_ROLL_MS = 3_000;

export interface ScenarioOptions {
  readonly mode: ShutdownMode;
  readonly rps: number;
  readonly seconds: number;
  readonly seed: number;
}

/** What one client went through, as it happened. Times are those of `performance.now()`. */
export interface ScenarioRun {
  readonly client: ClientName;
  readonly title: string;
  readonly startedAt: number;
  readonly endedAt: number;
  /** What was done to the pods, and when. */
  readonly phases: readonly Phase[];
  readonly calls: readonly CallRecord[];
  readonly events: readonly ClusterEvent[];
  /** The pods that were added after the update, with the time at which DNS could first answer with each. */
  readonly added: readonly { readonly pod: string; readonly publishedAt: number }[];
  readonly slowPod: string;
  /** Ids of calls that were executed more than once. */
  readonly executedTwice: readonly string[];
}

export interface Phase {
  readonly name: string;
  readonly at: number;
}

/** What is going on, for the live line. */
export interface Progress {
  (phase: string, load: Load | undefined): void;
}

/** Starts pods, loads them, rolls them, adds to them, slows one down. Every client gets the same. */
export async function runScenario(
  client: ClientName,
  options: ScenarioOptions,
  progress: Progress,
): Promise<ScenarioRun> {
  progress('starting 5 pods', undefined);
  const cluster = await LocalCluster.start({ seed: options.seed });
  try {
    const { mode: shutdownMode } = options;
    const deployment = cluster.deployment({
      script: SCRIPT,
      replicas: PODS,
      maxUnavailable: 2,
      maxSurge: 3,
      latencyMs: FAST_MS,
      shutdownMode,
    });
    await cluster.settled();
    return await loadAndChange(client, cluster, deployment, options, progress);
  } finally {
    await cluster.close();
  }
}

async function loadAndChange(
  name: ClientName,
  cluster: LocalCluster,
  deployment: Deployment,
  { rps, seconds }: ScenarioOptions,
  progress: Progress,
): Promise<ScenarioRun> {
  const kind = CLIENTS[name];
  const client = kind.connect(cluster);
  const load = new Load(client, name, rps);
  const phases: Phase[] = [];
  const begin = (phase: string): void => {
    phases.push({ name: phase, at: performance.now() });
    progress(phase, load);
  };

  begin('5 pods of v1');
  await sleep(BEFORE_ROLL_MS);
  begin('rolling update to v2');
  deployment.rollTo('v2');
  await cluster.settled();
  begin('5 pods of v2');
  await sleep(seconds * 1_000);
  begin('5 pods are added');
  const before = new Set(deployment.pods());
  deployment.scale(PODS + ADDED_PODS);
  await cluster.settled();
  const added = deployment.pods().filter((pod) => !before.has(pod));
  begin('10 pods');
  await sleep(seconds * 1_000);
  const slow = slowest(deployment);
  await slow.setLatency(SLOW_MS);
  begin('one of 10 is slow');
  await sleep(seconds * 1_000);
  begin('end');
  await load.stop();
  client.close();
  return {
    client: name,
    title: kind.title,
    startedAt: load.startedAt,
    endedAt: performance.now(),
    phases,
    calls: load.records,
    events: [...cluster.events],
    added: added.map((pod) => ({ pod: pod.name, publishedAt: pod.times.publishedAt ?? NaN })),
    slowPod: slow.name,
    executedTwice: cluster.ledger.executedTwice(),
  };
}

/** The pod that becomes slow: the oldest of those that will stay, so that every client has been using it if it uses any. */
function slowest(deployment: Deployment): Pod {
  const pod = deployment.pods().find((each) => each.ready);
  if (pod === undefined) throw new Error('no pod is ready');
  return pod;
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
