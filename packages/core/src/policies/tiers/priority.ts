import { InvalidOptionError } from '../../errors/invalid-option-error.js';
import { numberInRange } from '../../options/number-rules.js';
import type { BalancingPolicy } from '../../pick/balancing-policy.js';
import { childPolicy, definePolicy, type DefinedPolicy } from '../../pick/define-policy.js';
import type { MemberView } from '../../pick/picker.js';
import { childPath, fieldOf, type Json } from '../../service-config/config-reader.js';
import { peakEwma } from '../peak-ewma-policy.js';
import { TieredPolicy } from './tiered-policy.js';

/** Options of the policies with tiers. */
export interface TierOptions {
  /**
   * A tier takes `min(1, ready / all × overprovisioning)` of the calls: with 1.4 a tier takes all of them as long as 71.4 %
   * of its pods are ready. A number, 1 to 100. Default 1.4 (Envoy's overprovisioning factor).
   */
  readonly overprovisioning?: number;
  /** Balances inside a tier. Default `peakEwma()`. */
  readonly childPolicy?: () => BalancingPolicy;
}

/** The rules of {@link TierOptions}. */
export const TIER_RULES = {
  overprovisioning: numberInRange({ default: 1.4, min: 1, max: 100 }),
  childPolicy: childPolicy(peakEwma()),
};

/** Options of {@link priority}. */
export type PriorityOptions = TierOptions;

/** What is no priority (a fraction, a negative number, NaN) counts as the first: a pod without a tier would be a pod lost. */
function priorityOf({ endpoint }: MemberView): number {
  const { priority = 0 } = endpoint.attributes;
  return Number.isSafeInteger(priority) && priority > 0 ? priority : 0;
}

/** What to use instead of the fields of gRPC's `priority_experimental`. */
const FIELDS_OF_GRPC = {
  children: 'nothing: childPolicy is the policy of all tiers',
  priorities: 'nothing: each endpoint brings its own, EndpointAttributes.priority',
};

/** To ignore them, as unknown fields are, would balance by other tiers than the config says. */
function refuseFieldsOfGrpc(config: Json, path: string): void {
  for (const [field, expected] of Object.entries(FIELDS_OF_GRPC)) {
    const value = fieldOf(config, field);
    if (value !== undefined) throw new InvalidOptionError(childPath(path, field), value, expected);
  }
}

const tiersByPriority = definePolicy({
  names: ['priority', 'priority_experimental'],
  rules: TIER_RULES,
  create: (options) =>
    new TieredPolicy({ ...options, name: 'priority', tiersOf: (members) => members.map(priorityOf) }),
});

/**
 * `priority` (also `priority_experimental`): endpoints of the priority 0 (`EndpointAttributes.priority`) get all calls as
 * long as enough of them are ready, then those of the next one a part, and so on, with the shares of Envoy's priority
 * levels. All of them are kept connected. `{"priority": {"overprovisioning": 1.4, "childPolicy": [{"peak_ewma": {}}]}}`,
 * both optional.
 *
 * The tiers come with the endpoints: a config with `children` or `priorities`, the fields of gRPC's policy, which a control
 * plane writes, is invalid.
 * A call that is repeated goes to a member of another tier when it has tried all of its own.
 */
export const priorityPolicy: DefinedPolicy = {
  ...tiersByPriority,
  create(config, path, surroundings) {
    refuseFieldsOfGrpc(config, path);
    return tiersByPriority.create(config, path, surroundings);
  },
};

/**
 * {@link priorityPolicy} from typed options, for `balancing`.
 * @throws InvalidOptionError
 */
export const priority = (options?: PriorityOptions): (() => BalancingPolicy) => priorityPolicy.fromOptions(options);
