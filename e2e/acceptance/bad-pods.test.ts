import { status } from '@grpc/grpc-js';
import { attemptsOf } from 'fairlead';
import { leakCheck, type LeakCheck, type Pod } from '@fairlead/testing';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { latencies, percentile, succeeded } from 'fairlead-examples/rolling-update/measure.js';
import { LoadRun, sleep } from './load-run.js';

let leaks: LeakCheck;

beforeEach(() => {
  leaks = leakCheck();
});

afterEach(() => leaks.assertNothingLeft());

test('a frozen pod costs a few calls and gets no more', async () => {
  const run = await LoadRun.start(11, (cluster, script) => {
    cluster.deployment({ script, replicas: 5, latencyMs: 5 });
  });
  const startsOn = new Map<string, number[]>();
  await sleep(5_000);
  const frozen = run.cluster.published()[0] as Pod;
  const frozenAt = performance.now();
  frozen.freeze();
  await sleep(12_500);
  const inFlight = run.channel.snapshot().members.find((member) => member.address === frozen.address)?.inFlight;
  await run.stop();

  // A call that starts on the frozen pod fails there after its deadline, so failures show every one of them.
  const failed = run.failed.filter((call) => call.startedAt < frozenAt + 12_000);
  for (const { error } of failed) {
    expect(error?.code).toBe(status.DEADLINE_EXCEEDED);
    const address = attemptsOf(error).at(-1)?.endpoint?.id ?? '';
    startsOn.set(address, [...(startsOn.get(address) ?? []), 1]);
  }
  expect([...startsOn.keys()]).toEqual(failed.length > 0 ? [frozen.address] : []);
  expect(failed.length).toBeLessThanOrEqual(10);
  expect(failed.filter((call) => call.startedAt >= frozenAt + 2_000)).toEqual([]);
  expect(inFlight).toBe(0);

  const others = run.calls.filter(succeeded);
  const p99 = (from: number, to: number): number =>
    percentile(latencies(others.filter((call) => call.startedAt >= from && call.startedAt < to)), 0.99) ?? NaN;
  expect(p99(frozenAt, frozenAt + 12_000)).toBeLessThanOrEqual(3 * p99(frozenAt - 4_000, frozenAt));
});

test('a pod that fails at once does not attract calls', async () => {
  const run = await LoadRun.start(13, (cluster, script) => {
    cluster.deployment({ script, name: 'good', replicas: 9, latencyMs: 20 });
    cluster.deployment({ script, name: 'bad', replicas: 1, env: { FAIL_FAST: '1' } });
  });
  await sleep(15_000);
  await run.stop();
  const calls = [...run.calls].sort((a, b) => a.startedAt - b.startedAt).slice(100);
  const onBad = calls.filter((call) => !succeeded(call));
  expect(calls.length).toBeGreaterThan(2_500);
  expect(onBad.length / calls.length).toBeLessThanOrEqual(0.01);
  expect(run.cluster.ledger.perPod().get('bad-v1-1')).toBeGreaterThanOrEqual(1);
});
