import { SeededRandom } from '@fairlead/testing';
import type { BalancingPolicy, PolicyContext } from '../../src/pick/balancing-policy.js';
import { parseLoadBalancingConfig } from '../../src/pick/load-balancing-config.js';
import { builtInPolicies } from '../../src/policies/built-in-policies.js';
import type { Random } from '../../src/random/random.js';

/** What a pool tells a policy at an update at `now`; `reconsider` does nothing unless given. */
export function contextAt(
  now = 0,
  random: Random = new SeededRandom(1),
  reconsider: () => void = () => undefined,
): PolicyContext {
  return { now, random, reconsider };
}

/** The policy of this name and config, as a service config makes it. */
export function policyOf(name: string, config: object = {}): BalancingPolicy {
  return parseLoadBalancingConfig([{ [name]: config }], builtInPolicies, 'lb').create();
}
