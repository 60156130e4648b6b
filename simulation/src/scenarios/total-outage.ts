import { STATUS_CODES } from '@fairlead/core';
import { HEALTHY } from '../models/fault.js';
import type { Scenario } from './scenario.js';
import { standardClients, standardPods } from './standard-world.js';

export const totalOutage: Scenario = {
  name: 'total-outage',
  judges:
    'how many attempts a target costs when all of it fails for a third of the time, and how soon calls succeed after',
  build(world, scale) {
    const { pods } = standardPods(world, scale);
    standardClients(world, scale);
    const fails = { kind: 'fails', afterMs: 2, code: STATUS_CODES.UNAVAILABLE } as const;
    world.at(scale.durationMs / 3, () => pods.forEach(({ server }) => server.setFault(fails)));
    world.at((scale.durationMs * 2) / 3, () => pods.forEach(({ server }) => server.setFault(HEALTHY)));
  },
  expectations: [
    {
      policies: { allBut: ['pick_first'] },
      figure: 'calls answered from 1 s after the outage on',
      of: (run) => run.okRatio({ fromMs: (run.durationMs * 2) / 3 + 1_000, toMs: run.durationMs }),
      atLeast: 0.99,
    },
  ],
};
