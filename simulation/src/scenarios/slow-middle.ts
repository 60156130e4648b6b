import type { Scenario } from './scenario.js';
import { standardClients, standardPods } from './standard-world.js';

const SLOW = 'pod-0';

export const slowMiddle: Scenario = {
  name: 'slow-middle',
  judges: 'how soon a pod that was slow for a third of the time is trusted again',
  build(world, scale) {
    const { pods } = standardPods(world, scale);
    standardClients(world, scale);
    world.at(scale.durationMs / 3, () => pods[0]!.server.slowBy(5));
    world.at((scale.durationMs * 2) / 3, () => pods[0]!.server.slowBy(1));
  },
  expectations: [
    {
      policies: ['peak_ewma'],
      figure: 'share of the slow pod, by that of the others, while it was slow',
      of: (run) => relativeShare(run.shareOf([SLOW], middle(run.durationMs)), run.pods.length),
      atMost: 0.5,
    },
  ],
};

function middle(durationMs: number): { readonly fromMs: number; readonly toMs: number } {
  return { fromMs: durationMs / 3, toMs: (durationMs * 2) / 3 };
}

function relativeShare(share: number, pods: number): number {
  return (share * (pods - 1)) / (1 - share);
}
