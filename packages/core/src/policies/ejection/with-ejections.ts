import type { Ejection, PolicyUpdate, SparedOutlier } from '../../pick/balancing-policy.js';
import type { MemberView } from '../../pick/picker.js';

/** What a policy that ejects adds to the update of its child. */
export interface EjectionUpdate<M extends MemberView> {
  readonly ejected: readonly Ejection<M>[];
  readonly spared?: readonly SparedOutlier<M>[];
  readonly panic: boolean;
  readonly revisitInMs?: number | undefined;
}

/**
 * The update of a policy that ejects: the child's, in which others may be ejected already, and its own. Whom both have
 * ejected is named once, as the parent has it: it hides the member from the child.
 */
export function withEjections<M extends MemberView>(
  child: PolicyUpdate<M>,
  { ejected, panic, revisitInMs, spared = [] }: EjectionUpdate<M>,
): PolicyUpdate<M> {
  const spares = [...(child.spared ?? []), ...spared];
  return {
    ...child,
    ejected: child.ejected === undefined ? ejected : [...ejected, ...othersOf(child.ejected, ejected)],
    panic: panic || child.panic === true,
    revisitInMs: earlier(child.revisitInMs, revisitInMs),
    ...(spares.length > 0 && { spared: spares }),
  };
}

function othersOf<M extends MemberView>(those: readonly Ejection<M>[], known: readonly Ejection<M>[]) {
  const members = new Set(known.map(({ member }) => member));
  return those.filter(({ member }) => !members.has(member));
}

function earlier(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined || b === undefined ? (a ?? b) : Math.min(a, b);
}
