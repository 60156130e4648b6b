import type { MemberView, PickRequest } from '../../pick/picker.js';
import { wasTried, type Picked } from '../../pick/ready-members.js';
import { AliasTable } from '../../random/alias-table.js';
import type { Random } from '../../random/random.js';
import { uniformIndex } from '../../random/uniform-index.js';

/**
 * Draws before all members are looked at instead. A call that has tried one of two members finds the other by drawing
 * with a probability of 1 − 2^−8; one that has tried three of a thousand, practically always.
 */
const MAX_DRAWS = 8;

/** Of the ready members, in their order, each with a mean of 1; not given where all are equal. See `relativeWeights`. */
export interface DrawWeights {
  /** What each can carry. */
  readonly weights?: Float64Array | undefined;
  /** How likely each is drawn. */
  readonly chances?: Float64Array | undefined;
}

/**
 * The ready members of a snapshot to draw from. Draws make no object.
 *
 * Two kinds of weights: how likely a member is drawn, and what it can carry. They differ while a member is new (slow start):
 * it is drawn less often, and is as busy with a call as any other.
 */
export class Candidates<M extends MemberView> {
  /** Never empty. */
  readonly ready: readonly Picked<M>[];
  /** What each can carry, in the order of `ready`, with a mean of 1; undefined when all are equal. */
  readonly weights: Float64Array | undefined;
  readonly #chances: Float64Array | undefined;
  readonly #random: Random;
  readonly #table: AliasTable | undefined;

  constructor(ready: readonly Picked<M>[], random: Random, { weights, chances }: DrawWeights = {}) {
    this.ready = ready;
    this.weights = weights;
    this.#chances = chances;
    this.#random = random;
    this.#table = chances && new AliasTable(chances);
  }

  /** Whether all are equal in all. */
  get areEqual(): boolean {
    return this.#chances === undefined && this.weights === undefined;
  }

  /** An index. */
  draw(): number {
    return this.#table?.draw(this.#random) ?? uniformIndex(this.#random, this.ready.length);
  }

  /** An index other than `except`; −1 when a few draws have not found one, because `except` has almost all the weight. */
  drawOther(except: number): number {
    for (let draws = 0; draws < MAX_DRAWS; draws++) {
      const index = this.draw();
      if (index !== except) return index;
    }
    return -1;
  }

  /** The index of a member that the call has not tried, other than `except`; −1 when there is none. */
  drawUntried(request: PickRequest, except = -1): number {
    for (let draws = 0; draws < MAX_DRAWS; draws++) {
      const index = this.draw();
      if (index !== except && !wasTried(request, this.ready[index]!)) return index;
    }
    return this.#drawFromAll(request, except);
  }

  /** The same by looking at all of them, twice: exact, for a call that has tried most. */
  #drawFromAll(request: PickRequest, except: number): number {
    const { ready } = this;
    let total = 0;
    for (let index = 0; index < ready.length; index++) total += this.#openWeight(request, index, except);
    let left = this.#random.next() * total;
    let last = -1;
    for (let index = 0; index < ready.length; index++) {
      const weight = this.#openWeight(request, index, except);
      if (weight === 0) continue;
      last = index;
      left -= weight;
      if (left < 0) break;
    }
    return last;
  }

  #openWeight(request: PickRequest, index: number, except: number): number {
    return index === except || wasTried(request, this.ready[index]!) ? 0 : (this.#chances?.[index] ?? 1);
  }
}
