/** The rules of which a run must break none, by their numbers in the table below. */
export const INVARIANTS = {
  i: 'a call is given to a member of the present roster that is ready',
  ii: 'the calls in flight that a load counts are those that are in flight',
  iii: 'a call makes no more attempts than it may',
  iv: 'all attempts are at most calls × (1 + budget) + reserve',
  v: 'each call ends exactly once',
  vi: 'what drains is closed within its grace',
  vii: 'a closed client leaves no timer and no connection',
} as const;

export type InvariantId = keyof typeof INVARIANTS;

/** A rule was broken: a defect of the policy, or of the simulation. */
export class InvariantViolation extends Error {
  readonly invariant: InvariantId;

  constructor(invariant: InvariantId, details: string) {
    super(`invariant (${invariant}) ${INVARIANTS[invariant]}: ${details}`);
    this.name = 'InvariantViolation';
    this.invariant = invariant;
  }
}
