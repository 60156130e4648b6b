import type { MemberView, Picker, PickRequest, PickResult } from '../../pick/picker.js';
import { wasTried, type Picked } from '../../pick/ready-members.js';
import type { StaticStride } from './static-stride.js';

const isAny = (): boolean => true;

/** Each ready member as often as its weight says, in the order of a {@link StaticStride}. */
export class WeightedRoundRobinPicker<M extends MemberView> implements Picker<M> {
  readonly #ready: readonly Picked<M>[];
  readonly #turns: StaticStride;

  /** @param turns over the indices of `ready`, which is never empty. */
  constructor(ready: readonly Picked<M>[], turns: StaticStride) {
    this.#ready = ready;
    this.#turns = turns;
  }

  /**
   * A further attempt of a call takes the next untried member, in turns of their own, with the same weights. If it moved
   * those of first attempts, retries would shift the shares of those that are well: see `RoundRobinPicker`.
   */
  pick(request: PickRequest): PickResult<M> {
    const ready = this.#ready;
    if (request.attempt !== undefined && request.attempt.tried.size > 0) {
      const isUntried = (index: number): boolean => !wasTried(request, ready[index]!);
      const hasOthers = ready.some((_, index) => isUntried(index));
      return ready[this.#turns.nextAgain(hasOthers ? isUntried : isAny)]!;
    }
    return ready[this.#turns.next()]!;
  }
}
