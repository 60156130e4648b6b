import type { Scenario } from './scenario.js';
import { standardClients, standardPods } from './standard-world.js';

export const rollingUpdate: Scenario = {
  name: 'rolling-update',
  judges: 'whether calls are lost while all pods are replaced and the news of it is late',
  build(world, scale) {
    const third = Math.ceil(scale.pods / 3);
    // The news takes up to 500 ms, pods stop at once: calls meet pods that go away.
    const deployment = standardPods(world, scale, {
      maxSurge: third,
      maxUnavailable: 1,
      readinessDelayMs: scale.durationMs / 20,
    });
    standardClients(world, scale);
    world.at(scale.durationMs / 6, () => deployment.rollOut());
  },
  expectations: [{ policies: { allBut: ['pick_first'] }, figure: 'calls lost', of: (run) => run.lost, atMost: 0 }],
};
