import type { Scenario } from './scenario.js';
import { standardClients, standardPods, standardServer, zoneOf } from './standard-world.js';

export const heterogeneousHardware: Scenario = {
  name: 'heterogeneous-hardware',
  judges: 'whether pods on new machines, twice as fast, get more to do than those on old ones',
  build(world, scale) {
    const half = scale.pods / 2;
    standardPods(world, scale, {
      template: (index) => ({
        server: standardServer(scale, index < half ? 1.4 : 0.7),
        attributes: { zone: zoneOf(index) },
      }),
    });
    standardClients(world, scale);
  },
  expectations: [
    {
      policies: ['weighted_round_robin', 'weighted_round_robin/out_of_band', 'peak_ewma'],
      figure: 'utilization of the busiest pod by the mean',
      of: (run) => run.utilizationSpread,
      atMost: 1.2,
    },
    { policies: { allBut: ['pick_first'] }, figure: 'calls answered', of: (run) => run.okRatio(), atLeast: 0.999 },
  ],
};
