import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { leakCheck, type LeakCheck } from '@fairlead/testing';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';

const DEMO = fileURLToPath(new URL('../../examples/lib/rolling-update/main.js', import.meta.url));
const SEEDS = [1, 2, 3];

interface Result {
  readonly failed: number;
  readonly executedTwice: number;
  readonly firstCallOnAddedMs: readonly (number | null)[];
  readonly addedShare: number;
  readonly p99BeforeSlowPodMs: number;
  readonly p99SlowPodMs: number;
}

let leaks: LeakCheck;

beforeEach(() => {
  leaks = leakCheck();
});

afterEach(() => leaks.assertNothingLeft());

/** The demo itself is run, by its command line, so that what is promised is what a newcomer sees. */
async function runDemo(mode: string, seed: number): Promise<Result> {
  const folder = await mkdtemp(join(tmpdir(), 'fairlead-demo-'));
  try {
    const json = join(folder, 'result.json');
    const args = ['--only', 'fairlead', '--mode', mode, '--seed', String(seed), '--json', json];
    await promisify(execFile)(process.execPath, [DEMO, ...args, '--report', join(folder, 'report.html')]);
    const { results } = JSON.parse(await readFile(json, 'utf8')) as { results: readonly [Result] };
    return results[0];
  } finally {
    await rm(folder, { recursive: true });
  }
}

describe.each(['graceful', 'prestop'])('in three rolling updates of mode %s', (mode) => {
  const results: Result[] = [];

  test.each(SEEDS)('no call fails or is executed twice, and added pods are found at once (seed %i)', async (seed) => {
    const result = await runDemo(mode, seed);
    results.push(result);
    expect(result).toMatchObject({ failed: 0, executedTwice: 0 });
    // One for each added pod; an empty list would keep every limit.
    expect(result.firstCallOnAddedMs).toHaveLength(5);
    for (const ms of result.firstCallOnAddedMs) expect(ms).toBeLessThanOrEqual(1_500);
    expect(result.p99SlowPodMs).toBeLessThanOrEqual(3 * result.p99BeforeSlowPodMs);
  });

  test('the added pods get their share', () => {
    const shares = results.map((result) => result.addedShare).sort((a, b) => a - b);
    expect(shares).toHaveLength(SEEDS.length);
    expect(shares[0]).toBeGreaterThanOrEqual(0.7);
    expect(shares[1]).toBeGreaterThanOrEqual(0.9);
  });
});
