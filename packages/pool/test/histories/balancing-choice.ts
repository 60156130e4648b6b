import { builtInPolicies, parseLoadBalancingConfig, type BalancingPolicy } from '@fairlead/core';
import { FicklePolicy } from './fickle-policy.js';

/** A balancing policy of a history, and what may be expected of it. */
export interface BalancingChoice {
  readonly name: string;
  readonly create: () => BalancingPolicy;
  /** No call waits while any pod is ready. */
  readonly servesWithAny: boolean;
  /** A call goes to a pod that it has not tried while one is ready. */
  readonly avoidsTried: boolean;
  /** It keeps all pods connected. */
  readonly connectsAll: boolean;
  /** It connects when it must: in use, and idle nevertheless. */
  readonly lazy: boolean;
  /** It closes connections that it does not want. */
  readonly letsGo: boolean;
}

type Special = Partial<BalancingChoice> & { readonly config?: Readonly<Record<string, unknown>> };

const CHILD = [{ round_robin: {} }];
/** Some ready pods get no calls. */
const EJECTS: Special = { servesWithAny: false, avoidsTried: false };
/** Some pods are not even connected. */
const CHOOSES: Special = { ...EJECTS, connectsAll: false, letsGo: true };

/** Those of which less may be expected, and configs with which much happens in a short time. */
const SPECIAL: Readonly<Record<string, Special>> = {
  // One pod serves all calls, tried or not.
  pick_first: { connectsAll: false, avoidsTried: false, letsGo: true },
  ring_hash: { ...CHOOSES, lazy: true, letsGo: false, config: { minRingSize: 16 } },
  random_subsetting: { ...CHOOSES, config: { subsetSize: 2, childPolicy: CHILD } },
  deterministic_aperture: {
    ...CHOOSES,
    config: { instanceId: 1, totalInstances: 3, minAperture: 2, childPolicy: CHILD },
  },
  outlier_detection: {
    ...EJECTS,
    config: {
      interval: '1s',
      baseEjectionTime: '2s',
      failurePercentageEjection: { threshold: 50, minimumHosts: 1, requestVolume: 1 },
      childPolicy: CHILD,
    },
  },
  failure_accrual: { ...EJECTS, config: { consecutiveFailures: 2, childPolicy: CHILD } },
  zone_preference: { config: { zone: 'zone-1' } },
};

const builtIn: readonly BalancingChoice[] = builtInPolicies.map((factory) => {
  const [name = ''] = factory.names;
  const { config = {}, ...rest } = SPECIAL[name] ?? {};
  const { create } = parseLoadBalancingConfig([{ [name]: config }], builtInPolicies, name);
  return {
    name,
    create,
    servesWithAny: true,
    avoidsTried: true,
    connectsAll: true,
    lazy: false,
    letsGo: false,
    ...rest,
  };
});

const fickle: BalancingChoice = {
  name: 'fickle',
  create: () => new FicklePolicy(),
  servesWithAny: false,
  avoidsTried: false,
  connectsAll: false,
  lazy: true,
  letsGo: true,
};

/** Every built-in one, and one that does all that the contract allows. */
export const BALANCINGS: readonly BalancingChoice[] = [...builtIn, fickle];
