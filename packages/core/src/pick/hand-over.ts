import type { BalancingPolicy } from './balancing-policy.js';

/**
 * Lets a policy go on where the previous one stops: when only figures differ. Those of another name or class know other
 * things, and begin anew. For pools, and for policies with children.
 *
 * @returns whether it goes on: `next.createLoad` is to be given the loads that there are.
 */
export function handOver(previous: BalancingPolicy, next: BalancingPolicy): boolean {
  if (previous.name !== next.name || previous.constructor !== next.constructor) return false;
  if (previous !== next) next.succeed?.(previous);
  return true;
}
