import { PEAK_EWMA_RULES, PeakEwmaLoad, type PeakEwmaOptions } from '../load/peak-ewma.js';
import type { BalancingPolicy, PolicyContext, PolicyUpdate } from '../pick/balancing-policy.js';
import { definePolicy } from '../pick/define-policy.js';
import { LeastLoadedPicker } from './least-loaded.js';
import type { MemberView } from '../pick/picker.js';
import { pickedReady, waitingPicker } from '../pick/ready-members.js';

class PeakEwma implements BalancingPolicy {
  readonly name = 'peak_ewma';
  readonly #options: PeakEwmaOptions;

  constructor(options: PeakEwmaOptions) {
    this.#options = options;
  }

  createLoad(): PeakEwmaLoad {
    return new PeakEwmaLoad(this.#options);
  }

  update<M extends MemberView>(members: readonly M[], context: PolicyContext): PolicyUpdate<M> {
    const ready = pickedReady(members);
    const picker = ready.length === 0 ? waitingPicker : new LeastLoadedPicker(ready, context.random);
    return { picker, connect: members };
  }
}

/**
 * `peak_ewma`: all members are kept connected; each call goes to the better of two random ones by latency and calls in
 * flight. `{"peak_ewma": {"decayTime": "10s", "failurePenalty": "5s"}}`, both optional; see `PeakEwmaLoad`.
 */
export const peakEwmaPolicy = definePolicy({
  names: ['peak_ewma'],
  rules: PEAK_EWMA_RULES,
  create: (options) => new PeakEwma(options),
});

/**
 * {@link peakEwmaPolicy} from typed options, for `balancing`.
 * @throws InvalidOptionError
 */
export const peakEwma = (options?: PeakEwmaOptions): (() => BalancingPolicy) => peakEwmaPolicy.fromOptions(options);
