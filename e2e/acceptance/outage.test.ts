import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { status } from '@grpc/grpc-js';
import type { ChannelOptions, MethodConfigJson } from 'fairlead';
import { leakCheck, type LeakCheck } from '@fairlead/testing';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { LoadRun, sleep } from './load-run.js';

const RPS = 500;
const BEFORE_MS = 3_000;
const OUTAGE_MS = 10_000;
const AFTER_MS = 6_000;
const OPEN_MS = 1_000;
const TTL_MS = 10_000;
/** What the default budget grants beside its share of 20 %: 10 a second, and those of its time to live at the start. */
const RESERVE = (10 * (BEFORE_MS + OUTAGE_MS + AFTER_MS + TTL_MS)) / 1_000;

const retryPolicy: Partial<MethodConfigJson> = {
  retryPolicy: {
    maxAttempts: 5,
    initialBackoff: '0.05s',
    maxBackoff: '0.5s',
    backoffMultiplier: 2,
    retryableStatusCodes: ['UNAVAILABLE'],
  },
};
const hedgingPolicy: Partial<MethodConfigJson> = {
  hedgingPolicy: { maxAttempts: 5, hedgingDelay: '0.05s', nonFatalStatusCodes: ['UNAVAILABLE'] },
  fairlead: { hedgingRatio: 1 },
};
/** The window is short, so that the calls before the outage are soon forgotten. */
const circuitBreaker: Partial<MethodConfigJson> = {
  fairlead: { circuitBreaker: { window: '1s', openTime: `${OPEN_MS / 1_000}s` } },
};

let leaks: LeakCheck;
let folder: string;

beforeEach(() => {
  leaks = leakCheck();
  folder = mkdtempSync(join(tmpdir(), 'fairlead-outage-'));
});

afterEach(async () => {
  rmSync(folder, { recursive: true, force: true });
  await leaks.assertNothingLeft();
});

/** What the client and the pods saw of an outage: attempts that pods executed, calls, and when calls succeeded again. */
interface Outage {
  readonly calls: number;
  readonly attempts: number;
  readonly failedBefore: number;
  readonly succeededDuring: number;
  /** From the end of the outage to the first call that succeeded and was followed by no failure, in ms. */
  readonly recoveredAfterMs: number;
  readonly callsDuring: number;
  readonly attemptsDuring: number;
}

/** All of five pods answer UNAVAILABLE for 10 s: a dependency of theirs is down. */
async function outage(method: Partial<MethodConfigJson>): Promise<Outage> {
  const options: ChannelOptions = { serviceConfig: { methodConfig: [{ name: [{}], ...method }] } };
  const file = join(folder, 'outage');
  const run = await LoadRun.start(
    17,
    (cluster, script) => void cluster.deployment({ script, replicas: 5, latencyMs: 5, env: { OUTAGE_FILE: file } }),
    { options, rps: RPS },
  );
  const executed = (): number => [...run.cluster.ledger.perPod().values()].reduce((sum, one) => sum + one, 0);
  await sleep(BEFORE_MS);
  writeFileSync(file, '');
  const began = performance.now();
  const executedBefore = executed();
  await sleep(OUTAGE_MS);
  const attemptsDuring = executed() - executedBefore;
  rmSync(file);
  const over = performance.now();
  await sleep(AFTER_MS);
  await run.stop();

  const failed = run.failed;
  // Those that were under way when the file came or went belong to neither time.
  const during = run.calls.filter((call) => call.startedAt > began + 100 && call.endedAt < over);
  const lastFailureAt = Math.max(over, ...failed.map((call) => call.endedAt));
  return {
    calls: run.calls.length,
    attempts: executed(),
    failedBefore: failed.filter((call) => call.endedAt < began).length,
    succeededDuring: during.filter((call) => call.code === status.OK).length,
    recoveredAfterMs: lastFailureAt - over,
    callsDuring: run.calls.filter((call) => call.startedAt > began && call.startedAt < over).length,
    attemptsDuring,
  };
}

function expectBounded(seen: Outage): void {
  expect(seen.calls).toBeGreaterThan(0.9 * RPS * ((BEFORE_MS + OUTAGE_MS + AFTER_MS) / 1_000));
  expect(seen.failedBefore).toBe(0);
  expect(seen.succeededDuring).toBe(0);
  expect(seen.attempts).toBeLessThanOrEqual(seen.calls * 1.2 + RESERVE);
}

describe('ten seconds in which every pod fails at 500 calls/s', () => {
  test('with retries: they are bounded by the budget, and calls succeed as soon as pods do', async () => {
    const seen = await outage(retryPolicy);
    expectBounded(seen);
    expect(seen.attemptsDuring).toBeGreaterThan(seen.callsDuring * 1.1);
    expect(seen.recoveredAfterMs).toBeLessThan(TTL_MS / 2);
  });

  test('with hedges: they are bounded by the budget, and calls succeed as soon as pods do', async () => {
    const seen = await outage(hedgingPolicy);
    expectBounded(seen);
    expect(seen.recoveredAfterMs).toBeLessThan(TTL_MS / 2);
  });

  test('with a circuit breaker, pods get a probe now and then, and calls within one period of it', async () => {
    const seen = await outage({ ...retryPolicy, ...circuitBreaker });
    expectBounded(seen);
    expect(seen.attemptsDuring).toBeLessThan(seen.callsDuring * 0.2);
    // One period, and the time that a probe takes with its retries.
    expect(seen.recoveredAfterMs).toBeLessThan(OPEN_MS + 1_000);
  });
});
