import type { ChannelOptions } from 'fairlead';
import { describe, expect, test } from '@jest/globals';
import { LoadRun, sleep } from './load-run.js';

const PODS = 8;
const RPS = 500;
const RUN_MS = 60_000;

/** What a client saw of a minute in which its connections were replaced, by whomever. */
interface Minute {
  readonly run: LoadRun;
  /** Connections that took the place of another, by pod. */
  readonly replaced: ReadonlyMap<string, number>;
  /** The smallest number of pickable members at any moment. */
  readonly fewestReady: number;
}

async function runMinute(options: ChannelOptions, env: Readonly<Record<string, string>>): Promise<Minute> {
  const deploy: Parameters<typeof LoadRun.start>[1] = (cluster, script) =>
    void cluster.deployment({ script, replicas: PODS, latencyMs: 5, env });
  const run = await LoadRun.start(11, deploy, { options, rps: RPS });
  const replaced = new Map<string, number>();
  let fewestReady = PODS;
  const count = (id: string): void => void replaced.set(id, (replaced.get(id) ?? 0) + 1);
  await sleep(1_000);
  run.channel.on('rotated', ({ endpoint }) => count(endpoint.id));
  run.channel.on('member', ({ endpoint, lost }) => {
    if (lost) count(endpoint.id);
    const { members } = run.channel.snapshot();
    fewestReady = Math.min(fewestReady, members.filter((member) => member.connectivity === 'ready').length);
  });
  await sleep(RUN_MS);
  await run.stop();
  return { run, replaced, fewestReady };
}

/** Whoever replaces the connections, callers do not notice, and nothing is done twice. */
function expectUnnoticed({ run, replaced }: Minute): void {
  expect(run.calls.length).toBeGreaterThan(0.9 * RPS * (RUN_MS / 1_000));
  expect(run.failed.map((call) => call.error?.message)).toEqual([]);
  expect(run.cluster.ledger.executedTwice()).toEqual([]);
  const executed = [...run.cluster.ledger.perPod().values()].reduce((sum, one) => sum + one, 0);
  expect(executed / run.calls.length).toBeLessThanOrEqual(1.01);
  expect(replaced.size).toBe(PODS);
  expect(Math.min(...replaced.values())).toBeGreaterThanOrEqual(20);
}

describe('a minute at 500 calls/s in which every connection is replaced every 2 s', () => {
  test('by the client: nobody notices, and no member is missing at any moment', async () => {
    const minute = await runMinute({ maxConnectionAgeMs: 2_000 }, {});
    expectUnnoticed(minute);
    expect(minute.fewestReady).toBe(PODS);
  });

  test('by the servers: nobody notices', async () => {
    expectUnnoticed(await runMinute({}, { MAX_CONNECTION_AGE_MS: '2000', MAX_CONNECTION_AGE_GRACE_MS: '1000' }));
  });
});
