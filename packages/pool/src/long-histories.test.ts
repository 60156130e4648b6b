import { test } from '@jest/globals';
import { historyPlan } from '../test/histories/history-plan.js';
import { runHistories } from '../test/histories/run-histories.js';

const CEILING_MS = 600_000;

// In a worker of its own beside pool.test.ts.
test(
  'whatever happens to a pool whose connections age and that falls idle, its rules hold, and nothing is left after it',
  () => runHistories(historyPlan({ maxConnectionAgeMs: 2_000, idleTimeoutMs: 10_000, pods: 'accept' }, 60), 3_500),
  CEILING_MS,
);
