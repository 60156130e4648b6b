import type { Scenario } from './scenario.js';
import { standardClients, standardPods, standardServer, zoneOf } from './standard-world.js';

/** Calls until a pod is as quick as it will be. */
const COLD_CALLS = 20;

export const coldStart: Scenario = {
  name: 'cold-start',
  judges: 'whether pods that are all new, and slow at first, are held against each other later on',
  build(world, scale) {
    standardPods(world, scale, {
      template: (index) => ({
        server: { ...standardServer(scale), warmUp: { factor: 10, calls: COLD_CALLS } },
        attributes: { zone: zoneOf(index) },
      }),
    });
    standardClients(world, scale);
  },
  expectations: [
    {
      policies: { allBut: ['pick_first'] },
      figure: 'calls answered in the second half',
      of: (run) => run.okRatio({ fromMs: run.durationMs / 2, toMs: run.durationMs }),
      atLeast: 0.999,
    },
  ],
};
