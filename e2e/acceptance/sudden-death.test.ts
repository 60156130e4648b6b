import { status } from '@grpc/grpc-js';
import { attemptsOf, type ChannelOptions } from 'fairlead';
import { leakCheck, type Deployment, type LeakCheck, type ShutdownMode } from '@fairlead/testing';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { LoadRun, MAY_RUN_TWICE, sleep } from './load-run.js';

/** What happens to the pods, all of it without a word to the client. */
type Disaster = 'rude rolling update' | 'kill rolling update' | 'SIGKILL of two of five';

/** A pod can also die between the headers and the status of an answer. */
const WHY_NOT = /^(the server may have processed it, and the method has no retryPolicy|the response had begun)$/;

let leaks: LeakCheck;

beforeEach(() => {
  leaks = leakCheck();
});

afterEach(() => leaks.assertNothingLeft());

async function runDisaster(disaster: Disaster, options: ChannelOptions): Promise<LoadRun> {
  const shutdownMode = disaster.split(' ')[0] as ShutdownMode;
  let deployment: Deployment | undefined;
  const run = await LoadRun.start(
    7,
    (cluster, script) => {
      const isUpdate = disaster !== 'SIGKILL of two of five';
      deployment = cluster.deployment({
        script,
        replicas: 5,
        maxUnavailable: 2,
        maxSurge: 3,
        latencyMs: 5,
        ...(isUpdate ? { shutdownMode } : {}),
      });
    },
    { options },
  );
  await sleep(2_000);
  if (disaster === 'SIGKILL of two of five') {
    const [first, second] = deployment?.pods() ?? [];
    first?.kill();
    second?.kill();
  } else deployment?.rollTo('v2');
  await sleep(500);
  await run.cluster.settled();
  await sleep(3_000);
  await run.stop();
  return run;
}

describe.each<Disaster>(['rude rolling update', 'kill rolling update', 'SIGKILL of two of five'])('%s', (disaster) => {
  test('methods that may be executed twice do not fail', async () => {
    const run = await runDisaster(disaster, MAY_RUN_TWICE);
    expect(run.calls.length).toBeGreaterThan(1_000);
    expect(run.failed.map((call) => call.error?.message)).toEqual([]);
  });

  test('others are never executed twice, and every failure says why it was not retried', async () => {
    const run = await runDisaster(disaster, {});
    expect(run.calls.length).toBeGreaterThan(1_000);
    expect(run.cluster.ledger.executedTwice()).toEqual([]);
    const died = new Set(run.cluster.events.filter((event) => event.kind === 'exited').map((event) => event.address));
    for (const { error } of run.failed) {
      const trail = attemptsOf(error);
      const last = trail.at(-1);
      expect(trail.filter((attempt) => attempt.failure === 'maybe-processed')).toEqual([last]);
      expect(last).toMatchObject({
        code: status.UNAVAILABLE,
        next: { retried: false, reason: expect.stringMatching(WHY_NOT) },
      });
      expect(died).toContain(last?.endpoint?.id);
      // Begun before the client saw the connection close. Both times are whole milliseconds, rounded down.
      const loss = run.losses.find(({ address }) => address === last?.endpoint?.id);
      expect(Math.floor(last?.startedAtMs ?? NaN)).toBeLessThanOrEqual(loss?.at ?? NaN);
    }
  });
});
