import { builtInPolicies, parseLoadBalancingConfig, type BalancingPolicy } from '@fairlead/core';

/** For whom a policy is made: some need to know their place in the fleet. */
export interface ClientPlace {
  readonly index: number;
  readonly count: number;
  readonly zone: string | undefined;
}

/** A `loadBalancingConfig` as a service config has it. */
export type LoadBalancingConfig = readonly Readonly<Record<string, unknown>>[];

/** A policy that the simulation judges. */
export interface SimulatedPolicy {
  /** The standard name. */
  readonly name: string;
  readonly config: (place: ClientPlace) => LoadBalancingConfig;
  /** What it does not see or do, in a few words, for the docs. */
  readonly blindSpot: string;
}

/** Every policy of core: one row each. */
export const SIMULATED_POLICIES: readonly SimulatedPolicy[] = [
  {
    name: 'pick_first',
    config: () => [{ pick_first: { shuffleAddressList: true } }],
    blindSpot: 'balances nothing: all calls of a client go to one pod',
  },
  {
    name: 'round_robin',
    config: () => [{ round_robin: {} }],
    blindSpot: 'how quick or how busy a pod is, and whether it fails',
  },
  {
    name: 'peak_ewma',
    config: () => [{ peak_ewma: {} }],
    blindSpot: "other clients' calls, until they slow its own down; a pod that fails is avoided, not excluded",
  },
];

/** An instance for one client, made as a pool makes it from its service config. */
export function createPolicy(config: LoadBalancingConfig): BalancingPolicy {
  return parseLoadBalancingConfig(config, builtInPolicies, 'loadBalancingConfig').create();
}
