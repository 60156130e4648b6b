import { InvalidOptionError } from '../errors/invalid-option-error.js';
import { PeakEwmaLoad, type PeakEwmaOptions } from '../load/peak-ewma.js';
import { parseDuration } from '../service-config/duration.js';
import type { BalancingPolicy, BalancingPolicyFactory, PolicyContext, PolicyUpdate } from './balancing-policy.js';
import { LeastLoadedPicker } from './least-loaded.js';
import type { MemberView } from './picker.js';
import { pickedReady, waitingPicker } from './ready-members.js';

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
export const peakEwmaPolicy: BalancingPolicyFactory = {
  names: ['peak_ewma'],
  fields: ['decayTime', 'failurePenalty'],
  create(config, path) {
    const options: PeakEwmaOptions = {
      ...durationOption(config, path, 'decayTime', 'decayTimeMs', 1),
      ...durationOption(config, path, 'failurePenalty', 'failurePenaltyMs', 0),
    };
    return () => new PeakEwma(options);
  },
};

/** The longest that either may be, as in {@link PeakEwmaOptions}. */
const LONGEST_MS = 600_000;

function durationOption(
  config: Readonly<Record<string, unknown>>,
  path: string,
  field: string,
  option: keyof PeakEwmaOptions,
  leastMs: number,
): PeakEwmaOptions {
  const value = Object.hasOwn(config, field) ? config[field] : undefined;
  if (value === undefined || value === null) return {};
  const ms = parseDuration(value, `${path}.${field}`);
  if (ms >= leastMs && ms <= LONGEST_MS) return { [option]: ms };
  throw new InvalidOptionError(`${path}.${field}`, value, `a duration, ${leastMs / 1000} s to ${LONGEST_MS / 1000} s`);
}
