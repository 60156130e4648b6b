import { firstOfPair, secondOfPair } from '../random/distinct-pair.js';
import type { Random } from '../random/random.js';
import type { MemberView, Picker, PickRequest, PickResult } from '../pick/picker.js';
import { wasTried, type Picked } from '../pick/ready-members.js';

/**
 * Power of two choices: draws two distinct members and picks the one with the smaller load.
 *
 * Two draws are enough: the longest queue of n members falls from log n / log log n to log log n (Mitzenmacher 2001),
 * while looking at all of them makes every client of a fleet run to the same least loaded pod at once. The loads belong
 * to the members, not to this snapshot, so they survive an update.
 */
export class LeastLoadedPicker<M extends MemberView> implements Picker<M> {
  readonly #ready: readonly Picked<M>[];
  readonly #random: Random;

  /** @param ready never empty. */
  constructor(ready: readonly Picked<M>[], random: Random) {
    this.#ready = ready;
    this.#random = random;
  }

  pick(request: PickRequest, now: number): PickResult<M> {
    const tried = request.attempt?.tried.size ?? 0;
    if (tried === 0) return this.#lessLoaded(this.#ready, now);
    const untried = this.#ready.filter((picked) => !wasTried(request, picked));
    return this.#lessLoaded(untried.length === 0 ? this.#ready : untried, now);
  }

  #lessLoaded(candidates: readonly Picked<M>[], now: number): Picked<M> {
    const n = candidates.length;
    if (n === 1) return candidates[0]!;
    const first = firstOfPair(this.#random, n);
    const second = secondOfPair(this.#random, n, first);
    const a = candidates[first]!;
    const b = candidates[second]!;
    // The order of a pair is as random as the pair, so preferring the first at equal loads prefers nobody.
    return a.member.load.valueAt(now) <= b.member.load.valueAt(now) ? a : b;
  }
}
