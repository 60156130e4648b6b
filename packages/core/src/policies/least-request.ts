import { OutstandingLoad } from '../load/outstanding.js';
import { count } from '../options/number-rules.js';
import type { BalancingPolicy } from '../pick/balancing-policy.js';
import { definePolicy } from '../pick/define-policy.js';
import type { MemberView, Picker, PickRequest, PickResult } from '../pick/picker.js';
import type { Picked } from '../pick/ready-members.js';
import type { Random } from '../random/random.js';
import { Candidates, type DrawWeights } from './sampling/candidates.js';
import { SamplingPolicy } from './sampling/sampling-policy.js';
import { SLOW_START_RULE, type SlowStartOptions } from './sampling/slow-start.js';

/** More draws cost more than they bring (gRFC A48). */
const MOST_CHOICES = 10;

/** Draws a few members with replacement and picks the first with the fewest calls in flight for its weight (gRFC A48). */
export class LeastRequestPicker<M extends MemberView> implements Picker<M> {
  readonly #candidates: Candidates<M>;
  readonly #choiceCount: number;

  /**
   * @param ready never empty.
   * @param weights of `ready`, in its order.
   */
  constructor(ready: readonly Picked<M>[], random: Random, choiceCount: number, weights?: DrawWeights) {
    this.#candidates = new Candidates(ready, random, weights);
    this.#choiceCount = choiceCount;
  }

  pick(request: PickRequest, now: number): PickResult<M> {
    const { ready } = this.#candidates;
    if (ready.length === 1) return ready[0]!;
    const retry = request.attempt !== undefined && request.attempt.tried.size > 0;
    const chosen = retry ? this.#choose(now, request) : -1;
    return ready[chosen < 0 ? this.#choose(now) : chosen]!;
  }

  /** @param retry the request of a call that has tried some: −1 is answered when it has tried all. */
  #choose(now: number, retry?: PickRequest): number {
    let best = -1;
    let least = Infinity;
    for (let choice = 0; choice < this.#choiceCount; choice++) {
      const index = retry === undefined ? this.#candidates.draw() : this.#candidates.drawUntried(retry);
      if (index < 0) return -1;
      const cost = this.#costOf(index, now);
      if (best >= 0 && cost >= least) continue;
      best = index;
      least = cost;
    }
    return best;
  }

  #costOf(index: number, now: number): number {
    const { ready, weights } = this.#candidates;
    return ready[index]!.member.load.valueAt(now) / (weights?.[index] ?? 1);
  }
}

/** Options of {@link leastRequest}. */
export interface LeastRequestOptions {
  /**
   * Members that are drawn for each call, with replacement. An integer, at least 2; more than 10 count as 10 without a
   * word, as gRFC A48 wants. Default 2.
   */
  readonly choiceCount?: number;
  /** Gives members that have just become ready their share step by step. Default: they have it at once. */
  readonly slowStart?: SlowStartOptions;
}

/**
 * `least_request` (gRFC A48; also by its name `least_request_experimental`): all members are kept connected; of a few
 * random ones each call goes to that with the fewest calls in flight, streams until their end. The counts belong to the
 * members and survive updates. `{"least_request": {"choiceCount": 2, "slowStart": {"window": "60s"}}}`, all optional.
 *
 * Use it where latency misleads `peak_ewma`: long polling, streams that live for hours. A pod that fails at once looks
 * idle to it: put `outlier_detection` above.
 *
 * Weights of endpoints are shares, in drawing and in comparing (calls in flight / weight). Under weights Envoy's policy of
 * the same name is a round robin by weight / (active + 1) instead.
 */
export const leastRequestPolicy = definePolicy({
  names: ['least_request', 'least_request_experimental'],
  rules: { choiceCount: count({ default: 2, min: 2 }), slowStart: SLOW_START_RULE },
  create: ({ choiceCount, slowStart }) =>
    new SamplingPolicy({
      name: 'least_request',
      slowStart,
      createLoad: () => new OutstandingLoad(),
      pickerOver: (ready, random, weights) =>
        new LeastRequestPicker(ready, random, Math.min(choiceCount, MOST_CHOICES), weights),
    }),
});

/**
 * {@link leastRequestPolicy} from typed options, for `balancing`.
 * @throws InvalidOptionError
 */
export const leastRequest = (options?: LeastRequestOptions): (() => BalancingPolicy) =>
  leastRequestPolicy.fromOptions(options);
