import type { MemberView } from '../../pick/picker.js';
import type { MemberStandIn } from '../../pick/nesting/member-stand-in.js';

/** A stand-in that may be ejected. */
export interface Ejectable extends MemberStandIn<MemberView> {
  readonly isEjected: boolean;
}

/**
 * Hides the ejected members from the child, unless too few would be left: then ejections are not heeded, since when (nearly)
 * everybody fails it is not the members' fault, and those that are left could not carry the load of all (Envoy's panic).
 *
 * Left are members that are ready and not ejected, out of all that are meant to serve: one that has failed to connect carries
 * nothing, either. Idle ones are apart: a lazy child or a subset has no use for them. It is no panic when nobody who is
 * ejected is ready: to heed no ejection would help nobody.
 *
 * An idle member is shown as it is: a lazy child would never connect it again, and nobody could try it.
 *
 * @param panicThreshold percent of the members that must be left; 0: one.
 * @returns whether it is a panic.
 */
export function hideEjected(members: readonly Ejectable[], panicThreshold: number): boolean {
  let wanted = 0;
  let ready = 0;
  let left = 0;
  for (const { isEjected, member } of members) {
    if (member.connectivity !== 'idle') wanted += 1;
    if (member.connectivity !== 'ready') continue;
    ready += 1;
    if (!isEjected) left += 1;
  }
  const panic = left < ready && (left === 0 || left * 100 < wanted * panicThreshold);
  for (const one of members) one.hidden = one.isEjected && !panic && one.member.connectivity !== 'idle';
  return panic;
}
