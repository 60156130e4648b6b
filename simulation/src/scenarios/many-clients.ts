import { ClosedLoop } from '../models/arrivals.js';
import type { LoadBalancingConfig } from '../policies.js';
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
  full: { clients: 100, pods: 1_000, subset: 20 },
  quick: { clients: 12, pods: 36, subset: 9 },
};
const WORKERS = 20;
/** Policies that choose a part of the pods themselves, and the option that says how many. */
const SUBSET_OPTION: ReadonlyMap<string, string> = new Map([
  ['random_subsetting', 'subsetSize'],
  ['deterministic_aperture', 'minAperture'],
]);

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
    const { subset } = FLEETS[scale.name];
    return resized(config, subset) ?? [{ random_subsetting: { subsetSize: subset, childPolicy: config } }];
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

/** The same with this many pods for each client; undefined where it does not choose some itself. */
function resized(config: LoadBalancingConfig, subset: number): LoadBalancingConfig | undefined {
  const [name, content] = Object.entries(config[0]!)[0]!;
  const option = SUBSET_OPTION.get(name);
  return option === undefined ? undefined : [{ [name]: { ...(content as object), [option]: subset } }];
}
