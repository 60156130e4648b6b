import type { Scenario } from './scenario.js';
import { standardClients, standardPods } from './standard-world.js';

const SLOW = 'pod-0';

export const slowPod: Scenario = {
  name: 'slow-pod',
  judges: 'whether calls avoid a pod that answers, but takes ten times as long as the others',
  build(world, scale) {
    const { pods } = standardPods(world, scale);
    standardClients(world, scale);
    world.at(scale.durationMs / 6, () => pods[0]!.server.slowBy(10));
  },
  expectations: [
    {
      policies: ['peak_ewma'],
      figure: 'share of the slow pod from the first third on',
      of: (run) => run.shareOf([SLOW], { fromMs: run.durationMs / 3, toMs: run.durationMs }),
      atMost: 0.04,
    },
    { policies: ['peak_ewma'], figure: 'calls answered', of: (run) => run.okRatio(), atLeast: 0.99 },
  ],
};
