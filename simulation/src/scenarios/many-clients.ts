import { ClosedLoop } from '../models/arrivals.js';
import type { Scenario } from './scenario.js';
import type { Scale } from './scale.js';
import { standardClients, standardPods } from './standard-world.js';

interface Fleet {
  readonly clients: number;
  readonly pods: number;
  /** Pods that each client talks to. */
  readonly subset: number;
}

const FLEETS: Readonly<Record<Scale['name'], Fleet>> = {
  full: { clients: 100, pods: 1_000, subset: 25 },
  quick: { clients: 12, pods: 36, subset: 9 },
};
const WORKERS = 20;
/** These choose a part of the pods themselves. */
const LIMITS_ITSELF = ['random_subsetting', 'deterministic_aperture'];

export const manyClients: Scenario = {
  name: 'many-clients',
  judges: 'how even the load is when each of many clients sees a part of the pods only',
  build(world, scale) {
    const { clients, pods } = FLEETS[scale.name];
    standardPods(world, scale, { replicas: pods });
    const thinkMs = (clients * WORKERS * 1_000) / scale.callsPerSecond - scale.serviceMs;
    standardClients(world, scale, {
      clients,
      arrivals: (engine, name) => new ClosedLoop(engine, name, WORKERS, thinkMs),
    });
  },
  wrap(config, scale) {
    if (LIMITS_ITSELF.some((name) => config.some((entry) => name in entry))) return config;
    return [{ random_subsetting: { subsetSize: FLEETS[scale.name].subset, childPolicy: config } }];
  },
  expectations: [
    {
      policies: ['deterministic_aperture'],
      figure: 'max/min share',
      of: (run) => run.shareSpread,
      atMost: 2,
    },
    { policies: { allBut: ['pick_first'] }, figure: 'calls answered', of: (run) => run.okRatio(), atLeast: 0.999 },
  ],
};
