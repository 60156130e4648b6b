import type { Load } from '../../load/load.js';
import type { BalancingPolicy, PolicyContext, PolicyUpdate } from '../../pick/balancing-policy.js';
import type { MemberView, Picker } from '../../pick/picker.js';
import { pickedReady, waitingPicker, type Picked } from '../../pick/ready-members.js';
import type { Random } from '../../random/random.js';
import type { DrawWeights } from './candidates.js';
import { relativeWeights } from './relative-weights.js';
import { SlowStart, type SlowStartOptions } from './slow-start.js';

/** What distinguishes the policies that draw a few members and take the least loaded. */
export interface SamplingParts {
  readonly name: string;
  readonly slowStart: SlowStartOptions | undefined;
  createLoad(): Load;
  pickerOver<M extends MemberView>(ready: readonly Picked<M>[], random: Random, weights: DrawWeights): Picker<M>;
}

/** Keeps all members connected; weights and slow start are made into probabilities here, off the path of calls. */
export class SamplingPolicy implements BalancingPolicy {
  readonly name: string;
  readonly #parts: SamplingParts;
  readonly #slowStart: SlowStart | undefined;

  constructor(parts: SamplingParts) {
    this.name = parts.name;
    this.#parts = parts;
    this.#slowStart = parts.slowStart && new SlowStart(parts.slowStart);
  }

  createLoad(): Load {
    return this.#parts.createLoad();
  }

  update<M extends MemberView>(members: readonly M[], { now, random }: PolicyContext): PolicyUpdate<M> {
    const ready = pickedReady(members);
    const slow = this.#slowStart?.factorsOf(ready, now);
    if (ready.length === 0) return { picker: waitingPicker, connect: members };
    const weights = relativeWeights(ready);
    const chances = slow === undefined ? weights : relativeWeights(ready, slow.factors);
    const picker = this.#parts.pickerOver(ready, random, { weights, chances });
    return { picker, connect: members, revisitInMs: slow?.nextInMs };
  }
}
