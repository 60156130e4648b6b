import type { ConcurrencyLimit, LimitSample } from './concurrency-limit.js';
import { LatencyBaseline } from './latency-baseline.js';
import type { LimitBounds } from './limit-bounds.js';
import { SampleWindow, type WindowSummary } from './sample-window.js';

/** What {@link GradientLimit} works with. */
export interface GradientSettings extends LimitBounds {
  /** So many times the usual latency is not taken for a queue yet. 1 to 5. Default 1.25. */
  readonly tolerance: number;
}

/** How much of a new estimate is taken over in one window, and the least that a window leaves (Netflix `Gradient2Limit`). */
const SMOOTHING = 0.2;
const MIN_GRADIENT = 0.5;

/** Windows in which the limit was reached before the first probe, and from one to the next. */
const FIRST_PROBE = 10;
const PROBE_EVERY = 60;

/** Normal; waiting for the queue to drain; measuring without it. */
type Phase = 'normal' | 'draining' | 'measuring';

/**
 * Follows the latency: while calls take as long as usual the limit grows by its square root, and when they take longer, which
 * is what a queue at the callee looks like, it shrinks in proportion. With a callee that serves C calls at once it
 * settles near tolerance · C + √limit, before the callee has to refuse anything (Netflix `Gradient2Limit`; the square root
 * is that of `GradientLimit` and of Envoy's gradient controller). A share of drops shrinks it by that share.
 *
 * The usual latency is a long average, and under an overload that lasts that average follows the queue, so the limit creeps
 * up. Therefore a limit that is reached is lowered for two windows in sixty: the queue drains, and what the second of them
 * measures is the usual latency from then on (as Envoy measures its `minRTT`). It is also how a callee that became slower
 * for good is believed. To find its way back from any limit, the probe must leave less than 1/tolerance of it; half of that.
 */
export class GradientLimit implements ConcurrencyLimit {
  readonly #settings: GradientSettings;
  readonly #window = new SampleWindow();
  readonly #usual = new LatencyBaseline();
  #estimate: number;
  #phase: Phase = 'normal';
  #untilProbe = FIRST_PROBE;
  #drainedAt = 0;

  constructor(settings: GradientSettings) {
    this.#settings = settings;
    this.#estimate = settings.initialLimit;
  }

  get limit(): number {
    if (this.#phase === 'normal') return Math.floor(this.#estimate);
    return Math.max(this.#settings.minLimit, Math.floor(this.#estimate / (2 * this.#settings.tolerance)));
  }

  add(sample: LimitSample, now: number): void {
    const summary = this.#window.add(sample, now);
    if (summary === undefined) return;
    if (this.#phase === 'normal') this.#adjust(summary, now);
    else this.#probe(summary, now);
  }

  #adjust({ latencyMs, maxInFlight, dropRatio }: WindowSummary, now: number): void {
    if (latencyMs !== undefined) this.#usual.add(latencyMs);
    const used = maxInFlight * 2 >= this.#estimate;
    // A limit that is not used says nothing about what lies above it; a latency, nothing about the limit.
    if (!used && dropRatio === 0) return;
    const latencyGradient = latencyMs === undefined ? 1 : (this.#settings.tolerance * this.#usual.ms) / latencyMs;
    const gradient = Math.max(MIN_GRADIENT, Math.min(1, latencyGradient, 1 - dropRatio));
    // Who never meets the limit must not suffer from its being lowered.
    if (maxInFlight >= this.limit) this.#untilProbe -= 1;
    const target = this.#estimate * gradient + (used ? Math.sqrt(this.#estimate) : 0);
    this.#estimate = this.#clamp(this.#estimate + SMOOTHING * (target - this.#estimate));
    if (this.#untilProbe > 0) return;
    this.#phase = 'draining';
    // In this time all calls end that began before.
    this.#drainedAt = now + (latencyMs ?? 0);
  }

  #probe({ latencyMs }: WindowSummary, now: number): void {
    if (this.#phase === 'draining') {
      if (now >= this.#drainedAt) this.#phase = 'measuring';
      return;
    }
    if (latencyMs !== undefined) this.#usual.reset(latencyMs);
    this.#phase = 'normal';
    this.#untilProbe = PROBE_EVERY;
  }

  #clamp(value: number): number {
    return Math.min(this.#settings.maxLimit, Math.max(this.#settings.minLimit, value));
  }
}
