import type { RunResult } from '../report/run-result.js';
import type { Scenario } from './scenario.js';
import { standardClients, standardPods } from './standard-world.js';

export const scaleOut: Scenario = {
  name: 'scale-out',
  judges: 'how soon new pods get their share when there are twice as many at once',
  build(world, scale) {
    const deployment = standardPods(world, scale, { readinessDelayMs: scale.durationMs / 20 });
    standardClients(world, scale);
    world.at(scale.durationMs / 3, () => deployment.scaleTo(2 * scale.pods));
  },
  expectations: [
    { policies: { allBut: ['pick_first'] }, figure: 'calls lost', of: (run) => run.lost, atMost: 0 },
    {
      policies: ['round_robin', 'peak_ewma'],
      figure: 'share of the new half in the last third',
      of: shareOfNewHalf,
      atLeast: 0.45,
    },
  ],
};

function shareOfNewHalf(run: RunResult): number {
  const added = run.pods.slice(run.pods.length / 2).map(({ id }) => id);
  return run.shareOf(added, { fromMs: (run.durationMs * 2) / 3, toMs: run.durationMs });
}
