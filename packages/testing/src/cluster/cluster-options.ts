import { randomInt } from 'node:crypto';
import { count, optional, resolveOptions, text } from '@fairlead/core';
import { delayRange, type DelayRange } from './delay-range.js';

/** How a {@link LocalCluster} behaves. */
export interface LocalClusterOptions {
  /**
   * Seed of all delays and choices, an integer ≥ 0. Default: drawn; read it from `cluster.seed`. Addresses do not depend on it, nor does
   * what the machine's scheduler adds to each delay.
   */
  readonly seed?: number;
  /** The one port of all pods and of the cluster IP. Default 50051; 1 to 65 535. */
  readonly port?: number;
  /** The headless name of the pods, in lower case and without a final dot. Default `pods.default.svc.cluster.local`. */
  readonly serviceName?: string;
  /** TTL of its DNS records in seconds, 0 to 2³¹ − 1. Default 5, that of CoreDNS's `kubernetes` plugin. 0 forbids caching. */
  readonly dnsTtlSeconds?: number;
  /**
   * From a pod's report of its readiness, its exit, or its deletion, to the kubelet's acting on it, in ms. Default
   * [50, 200]; 0 ≤ shortest ≤ longest.
   */
  readonly kubeletSyncMs?: DelayRange;
  /**
   * From the kubelet's report, or a deletion, to the endpoints that DNS and the cluster IP know, in ms. Default
   * [50, 500]; 0 ≤ shortest ≤ longest.
   */
  readonly endpointPropagationMs?: DelayRange;
}

const RULES = {
  seed: optional(count()),
  port: count({ default: 50_051, min: 1, max: 65_535 }),
  serviceName: text({
    default: 'pods.default.svc.cluster.local',
    pattern: /^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/,
    expected: 'a lower-case DNS name without a final dot',
  }),
  dnsTtlSeconds: count({ default: 5, max: 2 ** 31 - 1 }),
  kubeletSyncMs: delayRange([50, 200]),
  endpointPropagationMs: delayRange([50, 500]),
};

/** {@link LocalClusterOptions} with every default filled in. */
export type ResolvedClusterOptions = Required<LocalClusterOptions>;

/** @throws InvalidOptionError */
export function resolveClusterOptions(options: LocalClusterOptions): ResolvedClusterOptions {
  const resolved = resolveOptions(options, RULES);
  return Object.freeze({ ...resolved, seed: resolved.seed ?? randomInt(0, 2 ** 31) });
}
