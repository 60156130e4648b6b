import { STATUS_CODES } from '@fairlead/core';
import type { RunResult } from '../report/run-result.js';
import type { Scenario } from './scenario.js';
import { standardClients, standardPods } from './standard-world.js';

const FAILS_FAST = 'pod-0';
const SWALLOWS = 'pod-1';
/** So many calls may be spent on learning it. */
const LEARNING_CALLS = 100;

export const blackHole: Scenario = {
  name: 'black-hole',
  judges: 'whether a pod that fails at once attracts calls, and one that takes calls and never answers keeps them',
  build(world, scale) {
    const { pods } = standardPods(world, scale);
    standardClients(world, scale);
    pods[0]!.server.setFault({ kind: 'fails', afterMs: 1, code: STATUS_CODES.UNAVAILABLE });
    world.at((scale.durationMs * 2) / 3, () => pods[1]!.server.setFault({ kind: 'black-hole' }));
  },
  expectations: [
    {
      policies: ['outlier_detection/round_robin'],
      figure: 'ejections',
      of: (run) => run.ejections,
      atLeast: 2,
    },
    {
      policies: ['peak_ewma', 'failure_accrual', 'outlier_detection'],
      figure: 'share of the pod that fails, after the first 100 calls, while it is alone',
      of: (run) => run.shareOf([FAILS_FAST], { fromMs: run.picks[LEARNING_CALLS]!.at, toMs: swallowsFrom(run) }),
      atMost: 0.01,
    },
    {
      policies: ['peak_ewma'],
      // Two choices are no choice where both are bad: one pair of fifteen, when two pods of six are.
      figure: 'share of the pod that swallows, from half a second after it began',
      of: (run) => run.shareOf([SWALLOWS], { fromMs: swallowsFrom(run) + 500, toMs: run.durationMs }),
      atMost: 0.04,
    },
  ],
};

function swallowsFrom({ durationMs }: RunResult): number {
  return (durationMs * 2) / 3;
}
