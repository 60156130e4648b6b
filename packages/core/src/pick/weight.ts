import type { MemberView } from './picker.js';

/**
 * The relative capacity of a member: what a policy above says, else what the resolver says, else 1. Always finite and > 0:
 * a weight that is none (NaN, 0, negative, infinite) counts as 1, since a pod without a share would be a pod lost.
 */
export function weightOf(member: MemberView): number {
  const weight = member.weight ?? member.endpoint.attributes.weight ?? 1;
  return weight > 0 && weight < Infinity ? weight : 1;
}
