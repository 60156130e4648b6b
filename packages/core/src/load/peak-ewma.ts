import { durationMs } from '../options/number-rules.js';
import { resolveOptions } from '../options/check.js';
import { Ewma } from './ewma.js';
import type { CallOutcome, Completion, Load } from './load.js';
import { WarmUp } from './warm-up.js';

/** How a {@link PeakEwmaLoad} forgets and how it takes failures. */
export interface PeakEwmaOptions {
  /**
   * After this time 1/e of a peak is left, in ms. Shorter forgives sooner and probes slow members more often.
   * Default 10 000 (Finagle, Linkerd); 1 to 600 000.
   */
  readonly decayTimeMs?: number;
  /**
   * A failure costs as much as a call that took this long, in ms, or as long as it really took if that was more.
   * 0 makes a fast failure look like a fast answer. Default 5 000 (Linkerd's load biaser); 0 to 600 000.
   */
  readonly failurePenaltyMs?: number;
}

const RULES = {
  decayTimeMs: durationMs({ default: 10_000, min: 1, max: 600_000 }),
  failurePenaltyMs: durationMs({ default: 5_000, max: 600_000 }),
};

/**
 * The load of a member of unknown latency that has a call in flight already (Finagle: (2^63 − 1) >> 16). More than any
 * latency in ms times any number of calls, and small enough that adding 1 still makes a different number.
 */
const UNKNOWN_LATENCY = 2 ** 47;

/** No call is quicker, in ms: keeps the number of calls in flight visible for a member whose estimate decayed to 0. */
const LEAST_LATENCY_MS = 1e-6;

/**
 * The load is the latency times the number of calls that would share it: `cost × (inFlight + 1)`, in ms. The cost
 * rises at once to any slower call and decays slowly (peak EWMA: Finagle `PeakEwma`, Tower and Linkerd `peak_ewma`).
 *
 * - *Unknown latency.* A member without any sample has load 0, so it gets a call soon; while that call is on its way
 *   its load is enormous, so it gets no second one unless all others are in the same state.
 * - *Failures* are recorded as max(penalty, observed, current cost): failing quickly is not being quick.
 * - *Neutral ends* record nothing.
 * - *Cold start.* The first calls of a new pod are slow for reasons that pass (JIT, fresh connection); see {@link WarmUp}.
 *
 * Do not use it for long polling or streams whose first message takes minutes by nature: the wait would count as
 * latency, and a new member would get a single call until that one is answered. `OutstandingLoad` fits there.
 */
export class PeakEwmaLoad implements Load {
  readonly #cost: Ewma;
  readonly #decayTimeMs: number;
  readonly #failurePenaltyMs: number;
  readonly #warmUp = new WarmUp();
  #inFlight = 0;
  #awaitingResponse = 0;
  #known = false;

  /** @throws InvalidOptionError */
  constructor(options: PeakEwmaOptions = {}) {
    const { decayTimeMs, failurePenaltyMs } = resolveOptions(options, RULES);
    this.#decayTimeMs = decayTimeMs;
    this.#failurePenaltyMs = failurePenaltyMs;
    this.#cost = new Ewma(decayTimeMs);
  }

  get inFlight(): number {
    return this.#inFlight;
  }

  valueAt(now: number): number {
    if (!this.#known) return this.#inFlight === 0 ? 0 : UNKNOWN_LATENCY + this.#inFlight;
    return Math.max(this.#cost.valueAt(now), LEAST_LATENCY_MS) * (this.#inFlight + 1);
  }

  begin(now: number): Completion {
    this.#inFlight++;
    this.#awaitingResponse++;
    this.#adjustDecay(now);
    return new PeakEwmaCompletion(this, now);
  }

  /** A call was answered. Called by the completion. */
  recordLatency(latencyMs: number, now: number): void {
    this.#cost.addPeak(latencyMs, now, this.#warmUp.leastWeight);
    this.#warmUp.succeeded();
    this.#known = true;
  }

  /** A call failed after this time. Called by the completion. */
  recordFailure(latencyMs: number, now: number): void {
    this.#warmUp.failed();
    this.#cost.changeDecayTime(this.#decayTimeMs, now);
    this.#cost.addPeak(Math.max(this.#failurePenaltyMs, latencyMs, this.#cost.valueAt(now)), now);
    this.#known = true;
  }

  /** A call is not waiting for its first response any more. Called by the completion, once per call. */
  stopAwaiting(now: number): void {
    this.#awaitingResponse--;
    this.#adjustDecay(now);
  }

  /** A call is over. Called by the completion, once per call. */
  release(): void {
    this.#inFlight--;
  }

  #adjustDecay(now: number): void {
    this.#cost.changeDecayTime(this.#warmUp.decayTimeMs(this.#decayTimeMs, this.#awaitingResponse), now);
  }
}

class PeakEwmaCompletion implements Completion {
  readonly #load: PeakEwmaLoad;
  readonly #begunAt: number;
  #state: 'awaiting' | 'responded' | 'ended' = 'awaiting';

  constructor(load: PeakEwmaLoad, begunAt: number) {
    this.#load = load;
    this.#begunAt = begunAt;
  }

  /** The latency is recorded here and not at the end: a stream may go on for hours after its first message. */
  responded(now: number): void {
    if (this.#state !== 'awaiting') return;
    this.#state = 'responded';
    this.#load.recordLatency(this.#elapsed(now), now);
    this.#load.stopAwaiting(now);
  }

  end(now: number, outcome: CallOutcome): void {
    if (this.#state === 'ended') return;
    const wasAwaiting = this.#state === 'awaiting';
    this.#state = 'ended';
    if (outcome === 'failure') this.#load.recordFailure(this.#elapsed(now), now);
    if (outcome === 'success' && wasAwaiting) this.#load.recordLatency(this.#elapsed(now), now);
    if (wasAwaiting) this.#load.stopAwaiting(now);
    this.#load.release();
  }

  #elapsed(now: number): number {
    return Math.max(0, now - this.#begunAt);
  }
}
