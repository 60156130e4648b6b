import { uniformIndex } from '../random/uniform-index.js';
import type { Random } from '../random/random.js';
import { OutstandingLoad } from '../load/outstanding.js';
import type { BalancingPolicy, PolicyContext, PolicyUpdate } from '../pick/balancing-policy.js';
import { definePolicy } from '../pick/define-policy.js';
import type { MemberView, Picker, PickRequest, PickResult } from '../pick/picker.js';
import { pickedReady, waitingPicker, wasTried, type Picked } from '../pick/ready-members.js';

/**
 * One ready member after the other, in the pool's order.
 *
 * It starts at a random one (as in C, Go and Java): many clients that start together would otherwise all begin with the
 * same pod, and so would each client after each update.
 */
export class RoundRobinPicker<M extends MemberView> implements Picker<M> {
  readonly #ready: readonly Picked<M>[];
  #next: number;

  /** @param ready never empty. */
  constructor(ready: readonly Picked<M>[], random: Random) {
    this.#ready = ready;
    this.#next = uniformIndex(random, ready.length);
  }

  /**
   * A further attempt of a call takes the next untried member out of turn. If it moved the turn on, one bad pod of two
   * would get the first attempt of every call: each retry would put it in front again.
   */
  pick(request: PickRequest): PickResult<M> {
    const ready = this.#ready;
    const first = this.#next;
    if (request.attempt !== undefined && request.attempt.tried.size > 0) {
      for (let step = 0; step < ready.length; step++) {
        const candidate = ready[(first + step) % ready.length]!;
        if (!wasTried(request, candidate)) return candidate;
      }
    }
    this.#next = (first + 1) % ready.length;
    return ready[first]!;
  }
}

class RoundRobin implements BalancingPolicy {
  readonly name = 'round_robin';

  createLoad(): OutstandingLoad {
    return new OutstandingLoad();
  }

  update<M extends MemberView>(members: readonly M[], context: PolicyContext): PolicyUpdate<M> {
    const ready = pickedReady(members);
    const picker = ready.length === 0 ? waitingPicker : new RoundRobinPicker(ready, context.random);
    return { picker, connect: members };
  }
}

/** `round_robin`: all members are kept connected and get the same number of calls. No configuration. */
export const roundRobinPolicy = definePolicy({
  names: ['round_robin'],
  rules: {},
  create: () => new RoundRobin(),
});

/** {@link roundRobinPolicy}, for `balancing`. */
export const roundRobin = (): (() => BalancingPolicy) => roundRobinPolicy.fromOptions();
