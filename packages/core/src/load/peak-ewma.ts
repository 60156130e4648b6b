import { durationMs } from '../options/number-rules.js';
import { resolveOptions } from '../options/check.js';
import type { AwaitedCall } from './awaited-calls.js';
import type { CallOutcome, CallStatus, Completion, Load } from './load.js';
import { MemberCost } from './member-cost.js';

/** How a {@link PeakEwmaLoad} forgets and how it takes failures. */
export interface PeakEwmaOptions {
  /**
   * After this time 1/e of a peak is left, in ms. Shorter forgives sooner and probes slow members more often.
   * Default 10 000 (Finagle, Linkerd); 1 to 600 000.
   */
  readonly decayTimeMs?: number;
  /**
   * A failure costs as much as a call that took this long, in ms, or as long as it really took if that was more.
   * 0 makes a fast failure look like a fast answer. `grpc-retry-pushback-ms` of an overloaded server counts instead if it
   * is more, up to 300 s. Default 5 000 (Linkerd's load biaser); 0 to 600 000.
   */
  readonly failurePenaltyMs?: number;
}

/** The rules of {@link PeakEwmaOptions}. */
export const PEAK_EWMA_RULES = {
  decayTimeMs: durationMs({ default: 10_000, min: 1, max: 600_000 }),
  failurePenaltyMs: durationMs({ default: 5_000, max: 600_000 }),
};

/**
 * The load is the latency times the number of calls that would share it: `cost × (inFlight + 1)`, in ms. The cost
 * rises at once to any slower call and decays slowly (peak EWMA: Finagle `PeakEwma`, Tower and Linkerd `peak_ewma`).
 *
 * - *Unknown latency.* A member without any sample has load 0, so it gets a call soon; while that call is on its way
 *   its load is enormous, so it gets no second one unless all others are in the same state.
 * - *Failures* are recorded as max(penalty, observed, current cost): failing quickly is not being quick. A server that
 *   says with UNAVAILABLE or RESOURCE_EXHAUSTED when to ask again (`grpc-retry-pushback-ms`) costs that, up to 300 s.
 * - *Calls without an answer yet.* The cost is at least the time that the oldest of them has waited: a member that hangs is
 *   avoided as soon as it takes longer than usual, and not when the first deadline is exceeded (ours; Finagle waits).
 *   A wait longer than `decayTimeMs` is that of a silent stream, and does not count.
 * - *Neutral ends* record nothing, *distorted times* neither: what our own stalled event loop read late is not a peak.
 * - *Cold start.* The first calls of a new pod are slow for reasons that pass (JIT, fresh connection); see `warm-up.ts`.
 *
 * Do not use it for long polling or streams whose first message takes minutes by nature: the wait would count as
 * latency, and a new member would get a single call until that one is answered. `OutstandingLoad` fits there.
 */
export class PeakEwmaLoad extends MemberCost implements Load {
  /** @throws InvalidOptionError */
  constructor(options: PeakEwmaOptions = {}) {
    super(resolveOptions(options, PEAK_EWMA_RULES));
  }

  /**
   * Other figures hold from `now` on. What is known of the member stays, and its calls go on.
   * @throws InvalidOptionError
   */
  override configure(options: PeakEwmaOptions, now: number): void {
    super.configure(resolveOptions(options, PEAK_EWMA_RULES), now);
  }

  begin(now: number): Completion {
    this.begun(now);
    return new PeakEwmaCompletion(this, now);
  }

  adopt(now: number, awaiting: boolean): Completion {
    this.begun(now);
    if (!awaiting) this.stopAwaiting(now);
    return new AdoptedCompletion(this, awaiting);
  }
}

class PeakEwmaCompletion implements Completion, AwaitedCall {
  readonly begunAt: number;
  older: AwaitedCall | undefined;
  newer: AwaitedCall | undefined;
  readonly #cost: MemberCost;
  #state: 'awaiting' | 'responded' | 'ended' = 'awaiting';

  constructor(cost: MemberCost, begunAt: number) {
    this.#cost = cost;
    this.begunAt = begunAt;
    cost.await(this);
  }

  /** The latency is recorded here and not at the end: a stream may go on for hours after its first message. */
  responded(now: number, distorted = false): void {
    if (this.#state !== 'awaiting') return;
    this.#state = 'responded';
    this.#cost.forget(this);
    if (!distorted) this.#cost.recordLatency(this.#elapsed(now), now);
    this.#cost.stopAwaiting(now);
  }

  end(now: number, outcome: CallOutcome, distorted = false, status?: CallStatus): void {
    if (this.#state === 'ended') return;
    const wasAwaiting = this.#state === 'awaiting';
    this.#state = 'ended';
    if (wasAwaiting) this.#cost.forget(this);
    if (outcome === 'failure') this.#cost.recordFailure(distorted ? 0 : this.#elapsed(now), now, status);
    if (outcome === 'success' && wasAwaiting && !distorted) this.#cost.recordLatency(this.#elapsed(now), now);
    if (wasAwaiting) this.#cost.stopAwaiting(now);
    this.#cost.release();
  }

  #elapsed(now: number): number {
    return Math.max(0, now - this.begunAt);
  }
}

/** Of a call that began under another load: only a failure says something, since it costs the penalty at least. */
class AdoptedCompletion implements Completion {
  readonly #cost: MemberCost;
  #awaiting: boolean;
  #ended = false;

  constructor(cost: MemberCost, awaiting: boolean) {
    this.#cost = cost;
    this.#awaiting = awaiting;
  }

  responded(now: number): void {
    if (!this.#awaiting) return;
    this.#awaiting = false;
    this.#cost.stopAwaiting(now);
  }

  end(now: number, outcome: CallOutcome, _distorted?: boolean, status?: CallStatus): void {
    if (this.#ended) return;
    this.#ended = true;
    if (outcome === 'failure') this.#cost.recordFailure(0, now, status);
    this.responded(now);
    this.#cost.release();
  }
}
