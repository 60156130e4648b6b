import { test } from '@jest/globals';
import { historyPlan } from '../test/histories/history-plan.js';
import { runHistories } from '../test/histories/run-histories.js';

const CEILING_MS = 600_000;

test(
  'whatever happens to a pool, no call is lost, answered twice or given to a member that is not ready',
  () => runHistories(historyPlan({}, 30), 7_000),
  CEILING_MS,
);
