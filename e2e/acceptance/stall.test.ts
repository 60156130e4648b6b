import { status } from '@grpc/grpc-js';
import { leakCheck } from '@fairlead/testing';
import { expect, test } from '@jest/globals';
import { StallRun } from './stall-run.js';

const RUN_MS = 30_000;
const BLOCK_MS = 3_000;
const STALLS = { lengthMs: 300, everyMs: 2_000 };

const mean = (values: readonly number[]): number => values.reduce((sum, one) => sum + one, 0) / values.length;

/** The share of the answers that a pod gave in each block of a run. */
function sharesOf(pod: string, { outcomes }: StallRun): readonly number[] {
  return Array.from({ length: RUN_MS / BLOCK_MS }, (_, block) => {
    const answered = outcomes.filter((one) => one.pod !== undefined && Math.floor(one.startedAt / BLOCK_MS) === block);
    return answered.filter((one) => one.pod === pod).length / answered.length;
  });
}

/**
 * Variance of the mean of a pod's share. Picks follow what was measured, so they are not independent of one another, and
 * the variance is taken from the blocks; but it is at least that of independent picks, in case the blocks happen to agree.
 */
function varianceOfMean(shares: readonly number[], calls: number): number {
  const center = mean(shares);
  const ofBlocks = shares.reduce((sum, one) => sum + (one - center) ** 2, 0) / (shares.length - 1) / shares.length;
  return Math.max(ofBlocks, (center * (1 - center)) / calls);
}

test('the pods are not charged for 300 ms stalls of the client’s own event loop, every 2 s for 30 s', async () => {
  const leaks = leakCheck();
  const calm = await StallRun.of(undefined, RUN_MS);
  const stalled = await StallRun.of(STALLS, RUN_MS);
  await leaks.assertNothingLeft();

  expect(stalled.stalls.filter((ms) => ms > 250).length).toBeGreaterThanOrEqual(14);
  // 5 100 are due; a machine that has other things to do sends fewer.
  expect(stalled.outcomes.length).toBeGreaterThan(2_000);
  // No member lost or failed, no breaker opened. A call whose deadline lies in a stall may fail, and nobody is blamed.
  expect([calm.troubles, stalled.troubles]).toEqual([[], []]);
  const codes = new Set(stalled.outcomes.map(({ code }) => code));
  expect([...codes].filter((code) => code !== status.OK && code !== status.DEADLINE_EXCEEDED)).toEqual([]);
  // Hedges, which the measured delay limits to 5 % of the calls.
  expect(stalled.executions).toBeLessThanOrEqual(stalled.outcomes.length * 1.05 + 1);

  const pods = [...new Set(calm.outcomes.flatMap(({ pod }) => pod ?? []))];
  expect(pods).toHaveLength(6);
  for (const pod of pods) {
    const [before, after] = [sharesOf(pod, calm), sharesOf(pod, stalled)];
    const sigma = Math.sqrt(
      varianceOfMean(before, calm.outcomes.length) + varianceOfMean(after, stalled.outcomes.length),
    );
    expect(Math.abs(mean(after) - mean(before))).toBeLessThanOrEqual(5 * sigma);
  }
});
