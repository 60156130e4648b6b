import type { Scenario } from './scenario.js';
import { standardClients, standardPods, standardServer, zoneOf } from './standard-world.js';

/** After this time without an answer to its pings, a client gives a connection up. */
const KEEPALIVE_MS = 1_000;

export const zoneLoss: Scenario = {
  name: 'zone-loss',
  judges: 'what is lost when a third of the pods cannot be reached any more, and when they come back',
  build(world, scale) {
    // Zones a and b carry the traffic of those who heed priorities; c is the spare.
    const { pods } = standardPods(world, scale, {
      template: (index) => ({
        server: standardServer(scale),
        attributes: { zone: zoneOf(index), priority: zoneOf(index) === 'c' ? 1 : 0 },
      }),
    });
    standardClients(world, scale);
    const lost = pods.filter(({ zone }) => zone === 'a');
    world.at(scale.durationMs / 3, () => lost.forEach((pod) => pod.isolate(KEEPALIVE_MS)));
    world.at((scale.durationMs * 2) / 3, () => lost.forEach((pod) => pod.rejoin()));
  },
  expectations: [
    {
      // Calls of ring_hash wait for the pod of their key while it may come back; priority has a third of its pods in reserve,
      // and half of the others are lost.
      policies: { allBut: ['pick_first', 'ring_hash', 'priority'] },
      figure: 'calls answered before, and from 2 s after the loss on',
      of: (run) =>
        Math.min(
          run.okRatio({ fromMs: 0, toMs: run.durationMs / 3 - 1_000 }),
          run.okRatio({ fromMs: run.durationMs / 3 + 2_000, toMs: run.durationMs }),
        ),
      atLeast: 0.999,
    },
  ],
};
