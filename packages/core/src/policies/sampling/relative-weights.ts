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
  if (areEqual(ready, factors)) return undefined;
  const weights = Float64Array.from(ready, (_, index) => weightAt(ready, factors, index));
  // Divided by the largest first: a sum of weights near the end of the range would be infinite.
  const largest = weights.reduce((most, weight) => Math.max(most, weight));
  // No member is lost, however small its weight is beside the largest: a zero would divide by zero, too.
  const scaled = weights.map((weight) => Math.max(weight / largest, LEAST_SHARE));
  const mean = scaled.reduce((sum, weight) => sum + weight) / scaled.length;
  return scaled.map((weight) => weight / mean);
}

/** Without a list: this is the usual case, and runs for every snapshot. */
function areEqual(ready: readonly Picked<MemberView>[], factors: Float64Array | undefined): boolean {
  const first = weightAt(ready, factors, 0);
  for (let index = 1; index < ready.length; index++) if (weightAt(ready, factors, index) !== first) return false;
  return true;
}

function weightAt(ready: readonly Picked<MemberView>[], factors: Float64Array | undefined, index: number): number {
  return weightOf(ready[index]!.member) * (factors?.[index] ?? 1);
}

/** Of the largest weight. */
const LEAST_SHARE = 1e-9;
