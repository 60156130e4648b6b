import {
  pickedReady,
  waitingPicker,
  wasTried,
  type BalancingPolicy,
  type BalancingPolicyFactory,
  type Completion,
  type Load,
  type MemberView,
  type Picker,
  type PolicyUpdate,
} from '@fairlead/core';

/** What a member is compared by: when it was used last. */
class LastUse implements Load {
  inFlight = 0;
  #at = 0;

  valueAt(): number {
    return this.#at;
  }

  begin(now: number): Completion {
    this.#at = now;
    this.inFlight += 1;
    return { responded: () => undefined, end: () => (this.inFlight -= 1) };
  }
}

/** Each call goes to the ready pod that has had none for the longest time. */
class LeastRecentlyUsed implements BalancingPolicy {
  readonly name = 'least_recently_used';

  createLoad(): Load {
    return new LastUse();
  }

  update<M extends MemberView>(members: readonly M[]): PolicyUpdate<M> {
    // Made here, once for each change of the pool, and not in `pick`, which runs for every call.
    const ready = pickedReady(members);
    const picker: Picker<M> = {
      pick(request, now) {
        const untried = ready.filter((each) => !wasTried(request, each));
        const candidates = untried.length > 0 ? untried : ready;
        return candidates.reduce((a, b) => (b.member.load.valueAt(now) < a.member.load.valueAt(now) ? b : a));
      },
    };
    return { picker: ready.length > 0 ? picker : waitingPicker, connect: members };
  }
}

/** Registers it by its name. It has no options: a field in its config is warned of. */
export const leastRecentlyUsed: BalancingPolicyFactory = {
  names: ['least_recently_used'],
  fields: [],
  create: () => () => new LeastRecentlyUsed(),
};
