import type { MemberView } from '../../pick/picker.js';
import type { MemberStandIn } from '../../pick/nesting/member-stand-in.js';

/** A stand-in that may be ejected. */
export interface Ejectable extends MemberStandIn<MemberView> {
  readonly isEjected: boolean;
}

/**
 * Hides the ejected members from the child, unless too few of the ready ones would be left: then ejections are not heeded,
 * since when (nearly) everybody fails it is not the members' fault, and those that are left could not carry the load of all
 * (Envoy's panic).
 *
 * An idle member is shown as it is: a lazy child would never connect it again, and nobody could try it.
 *
 * @param panicThreshold percent of the ready members that must be left; 0: one.
 * @returns whether it is a panic.
 */
export function hideEjected(members: readonly Ejectable[], panicThreshold: number): boolean {
  let ready = 0;
  let left = 0;
  for (const { isEjected, member } of members) {
    if (member.connectivity !== 'ready') continue;
    ready += 1;
    if (!isEjected) left += 1;
  }
  const panic = left < ready && (left === 0 || left * 100 < ready * panicThreshold);
  for (const one of members) one.hidden = one.isEjected && !panic && one.member.connectivity !== 'idle';
  return panic;
}
