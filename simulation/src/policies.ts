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
  {
    name: 'least_request',
    config: () => [{ least_request: {} }],
    blindSpot:
      'failures: a pod that fails at once is never busy; and how quick a pod is, but for the calls that wait there',
  },
  {
    name: 'weighted_round_robin',
    config: () => [{ weighted_round_robin: { blackoutPeriod: '1s' } }],
    blindSpot: 'the last seconds: it follows what pods report; and calls in flight',
  },
  {
    name: 'weighted_round_robin/out_of_band',
    config: () => [
      { weighted_round_robin: { enableOobLoadReport: true, oobReportingPeriod: '1s', blackoutPeriod: '1s' } },
    ],
    blindSpot:
      'the last second, all the more: pods report once in it, however many calls they get; and calls in flight',
  },
  {
    name: 'ring_hash',
    config: () => [{ ring_hash: {} }],
    blindSpot: 'everything but the key: the same key goes to the same pod, however busy it is',
  },
  {
    name: 'random_subsetting',
    config: () => [{ random_subsetting: { subsetSize: 4, childPolicy: [{ peak_ewma: {} }] } }],
    blindSpot: 'which pods the other clients have: some pods are in more subsets than others',
  },
  {
    name: 'deterministic_aperture',
    config: ({ index, count }) => [
      { deterministic_aperture: { instanceId: index, totalInstances: count, minAperture: 4 } },
    ],
    blindSpot: 'clients that make more calls than others: it gives each the same width',
  },
  {
    name: 'priority',
    config: () => [{ priority: { childPolicy: [{ peak_ewma: {} }] } }],
    blindSpot: 'how busy a tier is: it spills over when pods are not ready, not when they are slow',
  },
  {
    name: 'zone_preference',
    config: ({ zone }) => [{ zone_preference: { zone, childPolicy: [{ peak_ewma: {} }] } }],
    blindSpot: 'how busy its own zone is, as above',
  },
  {
    name: 'outlier_detection',
    config: () => [
      {
        outlier_detection: {
          successRateEjection: {},
          failurePercentageEjection: {},
          childPolicy: [{ peak_ewma: {} }],
        },
      },
    ],
    blindSpot: 'pods with few calls: those that peak_ewma avoids already are never judged',
  },
  {
    name: 'outlier_detection/round_robin',
    config: () => [
      {
        outlier_detection: {
          successRateEjection: {},
          failurePercentageEjection: {},
          childPolicy: [{ round_robin: {} }],
        },
      },
    ],
    blindSpot: 'what happens between two looks, 10 s; and pods that are only slow',
  },
  {
    name: 'failure_accrual',
    config: () => [{ failure_accrual: { childPolicy: [{ peak_ewma: {} }] } }],
    blindSpot: 'slowness: only failures take a pod out',
  },
];

/** An instance for one client, made as a pool makes it from its service config. */
export function createPolicy(config: LoadBalancingConfig): BalancingPolicy {
  return parseLoadBalancingConfig(config, builtInPolicies, 'loadBalancingConfig').create();
}
