import type { MemberView, Picker, PickRequest, PickResult } from '../../pick/picker.js';
import type { GuardedMember } from './guarded-member.js';

/**
 * Gives the next call to an ejected member whose pause is over, as its probe, and all others to the child. A call that has
 * failed elsewhere is no probe: it has had its bad luck.
 */
export class ProbingPicker implements Picker<MemberView> {
  readonly #ejected: readonly GuardedMember[];
  readonly #child: Picker<MemberView>;

  /** @param ejected those that are ready. */
  constructor(ejected: readonly GuardedMember[], child: Picker<MemberView>) {
    this.#ejected = ejected;
    this.#child = child;
  }

  pick(request: PickRequest, now: number): PickResult {
    if (request.attempt === undefined || request.attempt.tried.size === 0) {
      for (const { breaker, picked } of this.#ejected) if (breaker.isDue(now)) return picked;
    }
    return this.#child.pick(request, now);
  }
}
