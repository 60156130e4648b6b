import type { Scenario } from './scenario.js';
import { standardClients, standardPods } from './standard-world.js';

export const scaleIn: Scenario = {
  name: 'scale-in',
  judges: 'whether calls are lost when a third of the pods goes away at once, and the news of it is late',
  build(world, scale) {
    const deployment = standardPods(world, scale);
    standardClients(world, scale);
    world.at(scale.durationMs / 3, () => deployment.scaleTo((scale.pods * 2) / 3));
  },
  expectations: [
    {
      // Zones need not lose the same number of pods, and a zone that can hardly bear its calls is not left.
      policies: { allBut: ['pick_first', 'zone_preference'] },
      figure: 'calls answered',
      of: (run) => run.okRatio(),
      atLeast: 0.999,
    },
  ],
};
