import type { Ejection, PolicyUpdate, SparedOutlier } from '../../pick/balancing-policy.js';
import type { MemberView } from '../../pick/picker.js';

/** What a policy that ejects adds to the update of its child. */
export interface EjectionUpdate<M extends MemberView> {
  readonly ejected: readonly Ejection<M>[];
  readonly spared?: readonly SparedOutlier<M>[];
  /** None of these is heeded. */
  readonly panic: boolean;
  readonly revisitInMs?: number | undefined;
}

/**
 * The update of a policy that ejects: the child's, in which others may be ejected already, and its own. Whom both have
 * ejected is named once, as the parent has it, which hides the member from the child; but as the child has it when only the
 * parent is in a panic.
 */
export function withEjections<M extends MemberView>(
  child: PolicyUpdate<M>,
  { ejected, panic, revisitInMs, spared = [] }: EjectionUpdate<M>,
): PolicyUpdate<M> {
  const spares = [...(child.spared ?? []), ...spared];
  return {
    ...child,
    ejected: merge(panic ? ejected.map((one) => ({ ...one, heeded: false })) : ejected, child.ejected ?? [], panic),
    revisitInMs: earlier(child.revisitInMs, revisitInMs),
    ...(spares.length > 0 && { spared: spares }),
  };
}

/** Each member once, by the first that is said of it. */
function merge<M extends MemberView>(own: readonly Ejection<M>[], childs: readonly Ejection<M>[], panic: boolean) {
  if (own.length === 0 || childs.length === 0) return childs.length === 0 ? own : childs;
  const hidden = panic ? childs.filter(({ heeded }) => heeded !== false) : [];
  const named = new Set<M>();
  return [...hidden, ...own, ...childs].filter(({ member }) => !named.has(member) && named.add(member));
}

function earlier(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined || b === undefined ? (a ?? b) : Math.min(a, b);
}
