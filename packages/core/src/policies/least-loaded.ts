import type { Load } from '../load/load.js';
import { firstOfPair, secondOfPair } from '../random/distinct-pair.js';
import type { Random } from '../random/random.js';
import type { MemberView, Picker, PickRequest, PickResult } from '../pick/picker.js';
import type { Picked } from '../pick/ready-members.js';
import { Candidates, type DrawWeights } from './sampling/candidates.js';

/**
 * Power of two choices: draws two distinct members and picks the one with the smaller load.
 *
 * Two draws are enough: the longest queue of n members falls from log n / log log n to log log n (Mitzenmacher 2001),
 * while looking at all of them makes every client of a fleet run to the same least loaded pod at once. The loads belong
 * to the members, not to this snapshot, so they survive an update.
 *
 * Weights count twice, or they would count only sometimes. Members are drawn in proportion to them: that is what decides
 * while loads are equal, e.g. when nobody has a call. And calls in flight are divided by them: that decides under load,
 * where comparing bare calls in flight would take back what drawing has given. A member of weight w shares the cost of a
 * call among `inFlight / w + 1` (its load says `inFlight + 1`). Dividing the whole load instead, as Envoy's weighted least
 * request does with active + 1, would give an idle client's calls to the heavy members almost alone: of 2:1, 8:1 would be
 * made. A member that is new is drawn less often for it, and compared by what it will carry: see `SlowStart`.
 */
export class LeastLoadedPicker<M extends MemberView> implements Picker<M> {
  readonly #candidates: Candidates<M>;
  /** Of the ready ones, in their order: with many members, each step from object to object is one that the caches miss. */
  readonly #loads: readonly Load[];
  readonly #random: Random;

  /**
   * @param ready never empty.
   * @param weights of `ready`, in its order.
   */
  constructor(ready: readonly Picked<M>[], random: Random, weights?: DrawWeights) {
    this.#candidates = new Candidates(ready, random, weights);
    this.#loads = ready.map(({ member }) => member.load.cost ?? member.load);
    this.#random = random;
  }

  pick(request: PickRequest, now: number): PickResult<M> {
    const { areEqual, ready } = this.#candidates;
    if (ready.length === 1) return ready[0]!;
    const tried = request.attempt?.tried.size ?? 0;
    if (tried > 0) return this.#untried(request, now) ?? this.#any(now);
    return areEqual ? this.#anyEqual(now) : this.#any(now);
  }

  #anyEqual(now: number): Picked<M> {
    const { ready } = this.#candidates;
    const first = firstOfPair(this.#random, ready.length);
    const second = secondOfPair(this.#random, ready.length, first);
    // The order of a pair is as random as the pair, so preferring the first at equal loads prefers nobody.
    return ready[this.#loads[first]!.valueAt(now) <= this.#loads[second]!.valueAt(now) ? first : second]!;
  }

  #any(now: number): Picked<M> {
    const first = this.#candidates.draw();
    return this.#better(first, this.#candidates.drawOther(first), now);
  }

  #untried(request: PickRequest, now: number): Picked<M> | undefined {
    const first = this.#candidates.drawUntried(request);
    return first < 0 ? undefined : this.#better(first, this.#candidates.drawUntried(request, first), now);
  }

  /** @param second −1 for none. */
  #better(first: number, second: number, now: number): Picked<M> {
    const { ready } = this.#candidates;
    return second < 0 || this.#cost(first, now) <= this.#cost(second, now) ? ready[first]! : ready[second]!;
  }

  #cost(index: number, now: number): number {
    const { weights } = this.#candidates;
    const load = this.#loads[index]!;
    const value = load.valueAt(now);
    if (weights === undefined) return value;
    const { inFlight } = load;
    return (value / (inFlight + 1)) * (inFlight / weights[index]! + 1);
  }
}
