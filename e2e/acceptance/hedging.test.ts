import { leakCheck, type LeakCheck } from '@fairlead/testing';
import type { MethodConfigJson } from 'fairlead';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { latencies, succeeded } from 'fairlead-examples/rolling-update/measure.js';
import { LoadRun, sleep } from './load-run.js';

const RPS = 500;
const CALLS = 10_000;
const PODS = 10;

let leaks: LeakCheck;

beforeEach(() => {
  leaks = leakCheck();
});

afterEach(() => leaks.assertNothingLeft());

interface Tail {
  /** The latency that one call in 1000 reaches, in ms. */
  readonly p999: number;
  readonly attemptsPerCall: number;
}

/**
 * Ten pods behind round robin, one of which takes 1 s for every hundredth answer, the first one to begin with: of 10 000
 * calls it gets 1000, and 10 are slow, which is one in 1000 of all. (Under `peak_ewma` it would get fewer of them, and the
 * tail would be outside of p99.9 without any hedge.)
 */
async function tail(method: Partial<MethodConfigJson>): Promise<Tail> {
  const serviceConfig = { loadBalancingConfig: [{ round_robin: {} }], methodConfig: [{ name: [{}], ...method }] };
  const run = await LoadRun.start(
    19,
    (cluster, script) => {
      cluster.deployment({ script, name: 'even', replicas: PODS - 1, latencyMs: 5 });
      cluster.deployment({ script, name: 'uneven', replicas: 1, latencyMs: 5, env: { SLOW_EVERY: '100' } });
    },
    { options: { serviceConfig }, rps: RPS, deadlineMs: 5_000 },
  );
  while (run.load.sent < CALLS) await sleep(50);
  await run.stop();
  expect(run.failed.map((call) => call.error?.message)).toEqual([]);
  const executed = [...run.cluster.ledger.perPod().values()].reduce((sum, one) => sum + one, 0);
  const first = [...run.calls].sort((a, b) => a.startedAt - b.startedAt).slice(0, CALLS);
  const sorted = latencies(first.filter(succeeded));
  return { p999: sorted.at(-CALLS / 1_000) ?? NaN, attemptsPerCall: executed / run.calls.length };
}

test('hedging at p95 cuts p99.9 by five where one pod of ten has a tail of 1 s, for 5 % more attempts at most', async () => {
  const plain = await tail({});
  const hedged = await tail({ hedgingPolicy: { maxAttempts: 2 }, fairlead: { hedgingDelay: 'p95' } });
  expect(plain.attemptsPerCall).toBe(1);
  expect(plain.p999).toBeGreaterThan(1_000);
  expect(hedged.p999).toBeLessThan(plain.p999 / 5);
  expect(hedged.attemptsPerCall).toBeLessThanOrEqual(1.05);
});
