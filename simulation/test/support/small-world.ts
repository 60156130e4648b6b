import type { BalancingPolicy } from '@fairlead/core';
import { DEFAULT_RETRIES } from '../../src/client/retry-rule.js';
import { Engine } from '../../src/engine/engine.js';
import { PoissonArrivals } from '../../src/models/arrivals.js';
import type { DeploymentOptions } from '../../src/models/deployment-options.js';
import { constant } from '../../src/models/service-time.js';
import { createPolicy } from '../../src/policies.js';
import { World, type ClientTemplate, type CreateClient } from '../../src/scenarios/world.js';

/** What a test wants otherwise in its small world. */
export interface SmallWorldOptions {
  readonly policy?: () => BalancingPolicy;
  readonly createClient?: CreateClient;
  readonly pods?: Partial<DeploymentOptions>;
  readonly client?: Partial<ClientTemplate>;
}

export const roundRobin = (): BalancingPolicy => createPolicy([{ round_robin: {} }]);

/** One client that makes 100 calls per second to three pods that take 10 ms for each. */
export function smallWorld({ policy = roundRobin, createClient, pods, client }: SmallWorldOptions = {}): World {
  const world = new World(new Engine(11), policy, createClient);
  world.deploy({ replicas: 3, template: () => ({ server: { serviceTime: constant(10) } }), ...pods });
  world.addClients(1, () => ({
    deadlineMs: 500,
    retries: DEFAULT_RETRIES,
    lag: { minMs: 50, maxMs: 50 },
    arrivals: (engine, name) => new PoissonArrivals(engine, name, 100),
    ...client,
  }));
  return world;
}
