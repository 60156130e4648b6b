import type { Scenario } from './scenario.js';
import { standardClients, standardPods } from './standard-world.js';

export const steady: Scenario = {
  name: 'steady',
  judges: 'what a policy costs or gains when all pods are well and equal',
  build(world, scale) {
    standardPods(world, scale);
    standardClients(world, scale);
  },
  expectations: [
    { policies: { allBut: ['pick_first'] }, figure: 'calls answered', of: (run) => run.okRatio(), atLeast: 0.999 },
    { policies: ['round_robin'], figure: 'max/min share', of: (run) => run.shareSpread, atMost: 1.1 },
  ],
};
