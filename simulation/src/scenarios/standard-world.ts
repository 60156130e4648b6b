import { DEFAULT_RETRIES } from '../client/retry-rule.js';
import { PoissonArrivals } from '../models/arrivals.js';
import type { Deployment } from '../models/deployment.js';
import type { DeploymentOptions } from '../models/deployment-options.js';
import type { ServerOptions } from '../models/server.js';
import { logNormal } from '../models/service-time.js';
import type { Scale } from './scale.js';
import type { ClientTemplate, World } from './world.js';

const ZONES = ['a', 'b', 'c'] as const;

/** The zone of the n-th pod or client: as many in each. */
export function zoneOf(index: number): string {
  return ZONES[index % ZONES.length]!;
}

/** A server of this scale whose calls take `factor` times the usual time. */
export function standardServer(scale: Scale, factor = 1): ServerOptions {
  const medianMs = scale.serviceMs * factor;
  return { serviceTime: logNormal({ medianMs, sdMs: 0.4 * medianMs }), cores: scale.coresPerPod };
}

/** As many equal pods as the scale says, in three zones. */
export function standardPods(world: World, scale: Scale, changes: Partial<DeploymentOptions> = {}): Deployment {
  return world.deploy({
    replicas: scale.pods,
    template: (index) => ({ server: standardServer(scale), attributes: { zone: zoneOf(index) } }),
    ...changes,
  });
}

/** Clients that together make the calls of the scale, each with a deadline of 1 s and the default retries. */
export function standardClients(
  world: World,
  scale: Scale,
  changes: Partial<ClientTemplate> & { readonly callsPerSecond?: number; readonly clients?: number } = {},
): void {
  const { callsPerSecond = scale.callsPerSecond, clients = scale.clients, ...template } = changes;
  world.addClients(clients, (index) => ({
    zone: zoneOf(index),
    deadlineMs: 1_000,
    retries: DEFAULT_RETRIES,
    hashKeys: 1_000,
    lag: { minMs: 50, maxMs: 500 },
    arrivals: (engine, name) => new PoissonArrivals(engine, name, callsPerSecond / clients),
    ...template,
  }));
}
