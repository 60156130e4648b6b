import fc from 'fast-check';
import { History } from './history.js';
import type { HistoryPlan } from './history-plan.js';

/** `npm run test:thorough` runs all, `npm test` every fifth. */
const PART = process.env['THOROUGH'] === undefined ? 0.2 : 1;

/**
 * Runs so many random histories. A failure prints the shortest one that fails, and how to run it again: `FC_SEED` and
 * `FC_PATH` in the environment replay it, `FC_RUNS` makes more of them.
 */
export async function runHistories(plans: fc.Arbitrary<HistoryPlan>, count: number): Promise<void> {
  const { FC_PATH: path, FC_RUNS, FC_SEED } = process.env;
  const property = fc.asyncProperty(plans, async (plan) => {
    await new History(plan).run();
    // What real timers there are must get their turn, too.
    await new Promise((resolve) => void setImmediate(resolve));
  });
  const details = await fc.check(property, {
    numRuns: FC_RUNS === undefined ? Math.ceil(count * PART) : Number(FC_RUNS),
    ...(FC_SEED === undefined ? {} : { seed: Number(FC_SEED) }),
    ...(path === undefined ? {} : { path, endOnFailure: true }),
  });
  if (!details.failed) return;
  const { counterexamplePath, errorInstance, numRuns, numShrinks, seed } = details;
  const reason = errorInstance instanceof Error ? errorInstance.message : String(errorInstance);
  const replay = `FC_SEED=${seed} FC_PATH=${counterexamplePath}`;
  throw new Error(`history ${numRuns} failed, shrunk ${numShrinks} times; again with ${replay}\n${reason}`);
}
