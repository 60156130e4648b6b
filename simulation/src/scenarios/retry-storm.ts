import type { Scenario } from './scenario.js';
import { standardClients, standardPods, standardServer, zoneOf } from './standard-world.js';

export const retryStorm: Scenario = {
  name: 'retry-storm',
  judges: 'whether retries keep an overload alive after its cause is gone',
  build(world, scale) {
    const { pods } = standardPods(world, scale, {
      template: (index) => ({
        server: { ...standardServer(scale), queueLimit: 8 * scale.coresPerPod },
        attributes: { zone: zoneOf(index) },
      }),
    });
    standardClients(world, scale);
    world.at(scale.durationMs / 3, () => pods.forEach(({ server }) => server.slowBy(4)));
    world.at(scale.durationMs / 2, () => pods.forEach(({ server }) => server.slowBy(1)));
  },
  expectations: [
    {
      policies: { allBut: ['pick_first'] },
      figure: 'calls answered from 1 s after the overload on',
      of: (run) => run.okRatio({ fromMs: run.durationMs / 2 + 1_000, toMs: run.durationMs }),
      atLeast: 0.99,
    },
    {
      policies: { allBut: [] },
      figure: 'attempts per call',
      of: (run) => run.attemptsPerCall,
      // The budget of 0.2, and the reserve of 10/s of each client.
      atMost: 1.5,
    },
  ],
};
