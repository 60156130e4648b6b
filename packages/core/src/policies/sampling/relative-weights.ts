import type { MemberView } from '../../pick/picker.js';
import type { Picked } from '../../pick/ready-members.js';
import { weightOf } from '../../pick/weight.js';

/**
 * The weights of the ready members, in their order, scaled to a mean of 1; undefined when all are equal, so that nobody
 * pays for weights that say nothing.
 *
 * @param factors a share of each weight that counts now, 0 (excluded) to 1.
 */
export function relativeWeights(
  ready: readonly Picked<MemberView>[],
  factors?: Float64Array,
): Float64Array | undefined {
  const weights = Float64Array.from(ready, ({ member }, index) => weightOf(member) * (factors?.[index] ?? 1));
  const [first] = weights;
  if (weights.every((weight) => weight === first)) return undefined;
  // Divided by the largest first: a sum of weights near the end of the range would be infinite.
  const largest = weights.reduce((most, weight) => Math.max(most, weight));
  // No member is lost, however small its weight is beside the largest: a zero would divide by zero, too.
  const scaled = weights.map((weight) => Math.max(weight / largest, LEAST_SHARE));
  const mean = scaled.reduce((sum, weight) => sum + weight) / scaled.length;
  return scaled.map((weight) => weight / mean);
}

/** Of the largest weight. */
const LEAST_SHARE = 1e-9;
