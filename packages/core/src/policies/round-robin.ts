import { uniformIndex } from '../random/uniform-index.js';
import type { Random } from '../random/random.js';
import type { Load } from '../load/load.js';
import { outstandingLoad, type OutstandingLoad } from '../load/outstanding.js';
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
  /** The turn of further attempts. */
  #nextAgain: number;

  /** @param ready never empty. */
  constructor(ready: readonly Picked<M>[], random: Random) {
    this.#ready = ready;
    this.#next = uniformIndex(random, ready.length);
    this.#nextAgain = this.#next;
  }

  pick(request: PickRequest): PickResult<M> {
    if (request.attempt !== undefined && request.attempt.tried.size > 0) return this.#again(request);
    const first = this.#next;
    this.#next = (first + 1) % this.#ready.length;
    return this.#ready[first]!;
  }

  /**
   * Further attempts of calls have a turn of their own, of untried members. If they moved the other one, a bad pod of two
   * would get the first attempt of every call: each retry would put it in front again. If they moved none, all retries of
   * calls that were first given to somebody else (another tier) would go to a single member.
   */
  #again(request: PickRequest): Picked<M> {
    const ready = this.#ready;
    const first = this.#nextAgain;
    let step = 0;
    while (step < ready.length && wasTried(request, ready[(first + step) % ready.length]!)) step++;
    const index = (first + step) % ready.length;
    this.#nextAgain = (index + 1) % ready.length;
    return ready[index]!;
  }
}

class RoundRobin implements BalancingPolicy {
  readonly name = 'round_robin';

  createLoad(previous?: Load): OutstandingLoad {
    return outstandingLoad(previous);
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
