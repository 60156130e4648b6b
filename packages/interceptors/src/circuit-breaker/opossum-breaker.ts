import { EventEmitter } from 'node:events';
import {
  scheduleAttentively,
  type CircuitBreakerConfig,
  type Clock,
  type LoopStalls,
  type Timer,
} from '@fairlead/core';
import CircuitBreaker from 'opossum';
import type { Admission, Breaker, BreakerState, Outcome } from './breaker.js';
import { FAILED, ProbeToken, SUCCEEDED, type Token } from './token.js';

/** Slices of the window. */
const BUCKETS = 10;

const ignore = (): void => undefined;

/**
 * opossum (versions 9 and 10) as a {@link Breaker}. What it is kept from:
 *
 * - it counts a call when it begins, so that calls in flight would thin out the failures: it is told of a call when its
 *   outcome is known, and of a neutral one never;
 * - a success of a call begun before it opened would close it: outcomes of earlier periods are dropped;
 * - a probe that never ends would lock it half-open: ours ends after `probeTimeoutMs` on our own clock;
 * - closing keeps the failures of the window, so that one more would open it again: the window is emptied;
 * - its timer of 10 s for each call, its percentiles, its snapshots: off (0.5 ms for each failure, and an interval each).
 *
 * The window is rotated when somebody looks, by the given clock, so that ten thousand breakers have no timer. The one timer
 * that is left is opossum's own, from open to half-open; it is global, unref'd, and cleared by close and shutdown.
 */
export class OpossumBreaker implements Breaker {
  readonly #config: CircuitBreakerConfig;
  readonly #clock: Clock;
  readonly #stalls: LoopStalls;
  readonly #rotation = new EventEmitter();
  readonly #circuit: CircuitBreaker<[Token], void>;
  readonly #onState: (state: BreakerState) => void;
  #rotatedAt: number;
  #period: Admission;
  #openedAt = 0;
  #probe: ProbeToken | undefined;
  #probeTimer: Timer | undefined;

  /**
   * @param onState is told of every change.
   * @param firstPeriod what the breaker said whose place this one takes. Default 0.
   */
  constructor(
    config: CircuitBreakerConfig,
    clock: Clock,
    stalls: LoopStalls,
    onState: (state: BreakerState) => void,
    firstPeriod = 0,
  ) {
    this.#period = firstPeriod;
    this.#config = config;
    this.#clock = clock;
    this.#stalls = stalls;
    this.#onState = onState;
    this.#rotatedAt = clock.now();
    this.#circuit = new CircuitBreaker((token: Token) => token as unknown as Promise<void>, {
      timeout: false,
      errorThresholdPercentage: config.failureRatio * 100,
      volumeThreshold: config.requestVolume,
      resetTimeout: config.openMs,
      rollingCountTimeout: config.windowMs,
      rollingCountBuckets: BUCKETS,
      rollingPercentilesEnabled: false,
      enableSnapshots: false,
      rotateBucketController: this.#rotation,
    });
    const changed = (): void => this.#changed();
    this.#circuit.on('open', changed).on('halfOpen', changed).on('close', changed);
  }

  get state(): BreakerState {
    if (this.#circuit.opened) return 'open';
    return this.#circuit.halfOpen ? 'half-open' : 'closed';
  }

  get retryInMs(): number {
    if (this.#probe !== undefined) return this.#config.openMs;
    return Math.max(0, this.#openedAt + this.#config.openMs - this.#clock.now());
  }

  get openedAt(): number | undefined {
    return this.state === 'closed' ? undefined : this.#openedAt;
  }

  enter(): Admission | undefined {
    // Asked first: a refusal by `fire` costs an error with a stack.
    if (this.#circuit.opened || this.#probe !== undefined) return undefined;
    if (this.#circuit.halfOpen) this.#beginProbe();
    return this.#period;
  }

  leave(admission: Admission, outcome: Outcome): void {
    if (admission !== this.#period) return;
    const probe = this.#probe;
    if (probe !== undefined) {
      // It told nothing: the breaker stays shut, and another call probes after the next wait.
      if (outcome === 'neutral') this.#circuit.open();
      else probe.settle(outcome === 'success');
    } else if (outcome !== 'neutral') {
      this.#rotate();
      this.#circuit.fire(outcome === 'success' ? SUCCEEDED : FAILED).catch(ignore);
    }
  }

  open(): void {
    this.#circuit.open();
  }

  resume(openedAt: number): void {
    const { openMs } = this.#config;
    // opossum reads it whenever it opens; its types do not show it.
    const { options } = this.#circuit as unknown as { readonly options: { resetTimeout: number } };
    options.resetTimeout = Math.min(openMs, Math.max(0, openedAt + openMs - this.#clock.now()));
    this.#circuit.open();
    options.resetTimeout = openMs;
    this.#openedAt = openedAt;
  }

  close(): void {
    this.#circuit.close();
  }

  shutdown(): Admission {
    this.#period += 1;
    this.#endProbe();
    this.#circuit.shutdown();
    return this.#period + 1;
  }

  #beginProbe(): void {
    this.#probe = new ProbeToken();
    const { probeTimeoutMs } = this.#config;
    this.#probeTimer = scheduleAttentively(this.#clock, this.#stalls, probeTimeoutMs, () => this.#circuit.open());
    this.#circuit.fire(this.#probe).catch(ignore);
  }

  #endProbe(): void {
    this.#probe = undefined;
    this.#probeTimer?.cancel();
    this.#probeTimer = undefined;
  }

  #changed(): void {
    this.#period += 1;
    this.#endProbe();
    const { state } = this;
    if (state === 'open') this.#openedAt = this.#clock.now();
    if (state === 'closed') for (let slice = 0; slice < BUCKETS; slice += 1) this.#rotation.emit('rotate');
    this.#onState(state);
  }

  /** Lets as many slices of the window go as time has passed since the last one. */
  #rotate(): void {
    const sliceMs = this.#config.windowMs / BUCKETS;
    const slices = Math.floor((this.#clock.now() - this.#rotatedAt) / sliceMs);
    if (slices <= 0) return;
    this.#rotatedAt += slices * sliceMs;
    for (let slice = Math.min(slices, BUCKETS); slice > 0; slice -= 1) this.#rotation.emit('rotate');
  }
}
