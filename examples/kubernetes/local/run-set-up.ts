import { fileURLToPath } from 'node:url';
import { LocalCluster } from '@fairlead/testing';
import { percentile } from '../../rolling-update/measure.js';
import { busiestAtATime, sharesOf, type Counts, type PodShare } from './counter-samples.js';
import type { SetUp } from './set-ups.js';
import { readPosts } from './users.js';

export const STORAGE_PODS = 5;
/** Reads at a time. */
export const USERS = 10;
/** How long post-storage takes for a read. */
const READ_MS = 25;
/** How often the pods' counters are looked at. */
const SAMPLE_MS = 500;

/** What was measured of a set-up. Reads and shares are the pods' own counts; the rest is what users saw. */
export interface SetUpResult {
  readonly name: string;
  readonly title: string;
  readonly answered: number;
  readonly failed: number;
  readonly perSecond: number;
  readonly p50Ms: number | undefined;
  readonly p99Ms: number | undefined;
  readonly shares: readonly PodShare[];
  /** Share of the busiest pod in half a second, the median. */
  readonly busiestAtATime: number | undefined;
}

export interface RunOptions {
  /** Of the choices of the Service's address, and of all delays. */
  readonly seed: number;
  readonly seconds: number;
}

/** Starts both services, lets users read, and counts. */
export async function runSetUp(setUp: SetUp, { seed, seconds }: RunOptions): Promise<SetUpResult> {
  // One cluster for each Service: a LocalCluster has one name and one address.
  const storage = await LocalCluster.start({ seed, serviceName: 'post-storage.blog.svc.cluster.local' });
  const api = await LocalCluster.start({ seed, serviceName: 'post-api.blog.svc.cluster.local' });
  try {
    storage.deployment({
      name: 'post-storage',
      script: scriptOf('post-storage-pod'),
      replicas: STORAGE_PODS,
      latencyMs: READ_MS,
      env: setUp.storageEnv,
    });
    await storage.settled();
    api.deployment({ name: 'post-api', script: scriptOf('post-api-pod'), env: setUp.apiEnv(storage) });
    await api.settled();
    return await measure(setUp, storage, api, seconds);
  } finally {
    await Promise.all([api.close(), storage.close()]);
  }
}

async function measure(
  { name, title }: SetUp,
  storage: LocalCluster,
  api: LocalCluster,
  seconds: number,
): Promise<SetUpResult> {
  const samples: Counts[] = [];
  const sample = (): void => void samples.push(new Map(storage.ledger.perPod()));
  sample();
  const timer = setInterval(sample, SAMPLE_MS);
  const { answered, failed, latenciesMs } = await readPosts(api.clusterIpAddress, USERS, seconds * 1_000);
  clearInterval(timer);
  const pods = storage.pods().map((pod) => pod.name);
  return {
    name,
    title,
    answered,
    failed,
    perSecond: answered / seconds,
    p50Ms: percentile(latenciesMs, 0.5),
    p99Ms: percentile(latenciesMs, 0.99),
    shares: sharesOf(pods, storage.ledger.perPod()),
    busiestAtATime: busiestAtATime(pods, samples),
  };
}

/** Built beside this file. */
function scriptOf(name: string): string {
  return fileURLToPath(new URL(`./${name}.js`, import.meta.url));
}
