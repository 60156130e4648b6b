import type { HedgingPolicy } from '@fairlead/core';
import type { HedgingSettings } from './method-hedging.js';
import { fixedDelay, QuantileDelay, type HedgingDelay } from './hedging-delay.js';
import { DEFAULT_HEDGING_RATIO, hedgingQuota, type HedgingQuota } from './hedging-quota.js';

/** A client has a few dozen methods; one that makes paths up at run time must not fill the memory. */
const MAX_METHODS = 1_000;

/** What the calls of a method have taught its hedging, and how many hedges they may still send. */
export interface HedgingState {
  readonly delay: HedgingDelay;
  readonly quota: HedgingQuota;
}

/**
 * The hedging states of a channel by method. They outlive the chains: a method whose delay and quota are configured as before
 * keeps both, the others begin anew.
 */
export class HedgingStates {
  readonly #byPath = new Map<string, { readonly key: string; readonly state: HedgingState }>();

  /** The state of a method, made when it is first asked for. Beyond 1000 methods none is kept. */
  of(path: string, policy: HedgingPolicy, settings: HedgingSettings): HedgingState {
    const { hedgingDelayMs } = policy;
    const { measuredDelay, hedgingRatio } = settings;
    const key = JSON.stringify([hedgingDelayMs, measuredDelay, hedgingRatio]);
    const known = this.#byPath.get(path);
    if (known?.key === key) return known.state;
    const state = hedgingState(policy, settings);
    if (known !== undefined || this.#byPath.size < MAX_METHODS) this.#byPath.set(path, { key, state });
    return state;
  }
}

function hedgingState({ hedgingDelayMs }: HedgingPolicy, settings: HedgingSettings): HedgingState {
  const { measuredDelay, hedgingRatio } = settings;
  const delay = measuredDelay ? new QuantileDelay(measuredDelay, hedgingDelayMs) : fixedDelay(hedgingDelayMs ?? 0);
  const ratio = hedgingRatio ?? (measuredDelay ? 1 - measuredDelay.quantile : DEFAULT_HEDGING_RATIO);
  return { delay, quota: hedgingQuota(ratio) };
}
