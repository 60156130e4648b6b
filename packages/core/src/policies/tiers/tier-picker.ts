import type { MemberView, Picker, PickRequest, PickResult } from '../../pick/picker.js';
import { waitingPicker, wasTried } from '../../pick/ready-members.js';
import type { Random } from '../../random/random.js';

/**
 * Draws a tier by the shares and asks its picker. What that one cannot give, nearer tiers are asked for first: a member
 * that the call has not tried, or any at all when the tier makes calls wait.
 */
export class TierPicker<M extends MemberView> implements Picker<M> {
  readonly #pickers: readonly Picker<M>[];
  readonly #shares: Float64Array;
  readonly #random: Random;
  /** The tier that gets everything; −1 when several share the calls. */
  readonly #only: number;

  /** @param shares of the tiers, in order; they add up to 1, or all are 0. */
  constructor(pickers: readonly Picker<M>[], shares: Float64Array, random: Random) {
    this.#pickers = pickers;
    this.#shares = shares;
    this.#random = random;
    this.#only = shares.every((share) => share === 0) ? 0 : shares.indexOf(1);
  }

  pick(request: PickRequest, now: number): PickResult<M> {
    const tier = this.#only >= 0 ? this.#only : this.#draw();
    const result = (this.#pickers[tier] ?? waitingPicker).pick(request, now);
    return isFinal(result, request) ? result : this.#elsewhere(tier, result, request, now);
  }

  #draw(): number {
    let left = this.#random.next();
    let last = 0;
    for (let tier = 0; tier < this.#shares.length; tier++) {
      const share = this.#shares[tier]!;
      if (share === 0) continue;
      last = tier;
      left -= share;
      if (left < 0) break;
    }
    return last;
  }

  #elsewhere(asked: number, answer: PickResult<M>, request: PickRequest, now: number): PickResult<M> {
    let best = answer;
    for (let tier = 0; tier < this.#pickers.length; tier++) {
      if (tier === asked) continue;
      const result = this.#pickers[tier]!.pick(request, now);
      if (result.kind === 'fail') continue;
      if (isFinal(result, request) && (result.kind === 'picked' || best.kind === 'wait')) return result;
      if (best.kind === 'wait' && result.kind === 'picked') best = result;
    }
    return best;
  }
}

/** A picker that wants a member connected for the call is lazy: the call waits for it, as under gRPC's priority policy. */
function isFinal(result: PickResult, request: PickRequest): boolean {
  if (result.kind === 'picked') return !wasTried(request, result);
  return result.kind === 'fail' || result.connect !== undefined;
}
