import { PEAK_EWMA_RULES, PeakEwmaLoad, type PeakEwmaOptions } from '../load/peak-ewma.js';
import type { Load } from '../load/load.js';
import type { BalancingPolicy } from '../pick/balancing-policy.js';
import { definePolicy } from '../pick/define-policy.js';
import { LeastLoadedPicker } from './least-loaded.js';
import { SamplingPolicy } from './sampling/sampling-policy.js';
import { SLOW_START_RULE, type SlowStartOptions } from './sampling/slow-start.js';

/** Options of {@link peakEwma}. */
export interface PeakEwmaPolicyOptions extends PeakEwmaOptions {
  /** Gives members that have just become ready their share step by step. Default: they have it at once. */
  readonly slowStart?: SlowStartOptions;
}

/**
 * `peak_ewma`: all members are kept connected; each call goes to the better of two random ones by latency and calls in
 * flight. `{"peak_ewma": {"decayTime": "10s", "failurePenalty": "5s", "slowStart": {"window": "60s"}}}`, all optional;
 * see `PeakEwmaLoad` and `SlowStartOptions`.
 *
 * Weights of endpoints (`EndpointAttributes.weight`) are shares: see `LeastLoadedPicker`.
 */
export const peakEwmaPolicy = definePolicy({
  names: ['peak_ewma'],
  rules: { ...PEAK_EWMA_RULES, slowStart: SLOW_START_RULE },
  create: ({ slowStart, ...options }) =>
    new SamplingPolicy({
      name: 'peak_ewma',
      slowStart,
      createLoad: (previous, now) => peakEwmaLoad(options, previous, now),
      pickerOver: (ready, random, weights) => new LeastLoadedPicker(ready, random, weights),
    }),
});

function peakEwmaLoad(options: PeakEwmaOptions, previous?: Load, now?: number): PeakEwmaLoad {
  if (!(previous instanceof PeakEwmaLoad) || now === undefined) return new PeakEwmaLoad(options);
  previous.configure(options, now);
  return previous;
}

/**
 * {@link peakEwmaPolicy} from typed options, for `balancing`.
 * @throws InvalidOptionError
 */
export const peakEwma = (options?: PeakEwmaPolicyOptions): (() => BalancingPolicy) =>
  peakEwmaPolicy.fromOptions(options);
