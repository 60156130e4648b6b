import { AwaitedCalls, type AwaitedCall } from './awaited-calls.js';
import { Ewma } from './ewma.js';
import { failurePenalty } from './failure-penalty.js';
import type { CallStatus } from './load.js';
import { WarmUp } from './warm-up.js';

/**
 * The load of a member of unknown latency that has a call in flight already (Finagle: (2^63 − 1) >> 16). More than any
 * latency in ms times any number of calls, and small enough that adding 1 still makes a different number.
 */
const UNKNOWN_LATENCY = 2 ** 47;

/** No call is quicker, in ms: keeps the number of calls in flight visible for a member whose estimate decayed to 0. */
const LEAST_LATENCY_MS = 1e-6;

/** Checked options of a {@link MemberCost}, in ms. */
export interface MemberCostOptions {
  readonly decayTimeMs: number;
  readonly failurePenaltyMs: number;
}

/**
 * What is known of one member's latency, and what that makes the next call cost. The rules are those of `PeakEwmaLoad`,
 * which is the public face; this is what its completions write to.
 */
export class MemberCost {
  readonly #latency: Ewma;
  #options: MemberCostOptions;
  readonly #warmUp = new WarmUp();
  readonly #awaited = new AwaitedCalls();
  #inFlight = 0;
  #awaitingResponse = 0;
  #known = false;

  constructor(options: MemberCostOptions) {
    this.#options = options;
    this.#latency = new Ewma(options.decayTimeMs);
  }

  /** Other figures hold from `now` on. What is known stays. */
  configure(options: MemberCostOptions, now: number): void {
    this.#options = options;
    this.#adjustDecay(now);
  }

  get inFlight(): number {
    return this.#inFlight;
  }

  valueAt(now: number): number {
    if (!this.#known) return this.#inFlight === 0 ? 0 : UNKNOWN_LATENCY + this.#inFlight;
    const latency = Math.max(this.#latency.valueAt(now), this.#waitAt(now), LEAST_LATENCY_MS);
    return latency * (this.#inFlight + 1);
  }

  /** A call that waits longer than latencies are remembered is a silent stream or a long poll: its wait says nothing. */
  #waitAt(now: number): number {
    // Also spares the look at another object, for each candidate of each pick.
    if (this.#awaitingResponse === 0) return 0;
    const waitMs = this.#awaited.longestWaitAt(now);
    return waitMs > this.#options.decayTimeMs ? 0 : waitMs;
  }

  begun(now: number): void {
    this.#inFlight++;
    this.#awaitingResponse++;
    this.#adjustDecay(now);
  }

  /** The call begins to wait for its first response: its wait so far is the least that the member takes. */
  await(call: AwaitedCall): void {
    this.#awaited.add(call);
  }

  /** A call that was given to {@link await} waits no more. Once for each. */
  forget(call: AwaitedCall): void {
    this.#awaited.delete(call);
  }

  /** A call was answered after this time. */
  recordLatency(latencyMs: number, now: number): void {
    this.#latency.addPeak(latencyMs, now, this.#warmUp.leastWeight);
    this.#warmUp.succeeded();
    this.#known = true;
  }

  /** A call failed after this time. */
  recordFailure(latencyMs: number, now: number, status: CallStatus | undefined): void {
    const penaltyMs = failurePenalty(this.#options.failurePenaltyMs, status);
    this.#warmUp.failed();
    this.#adjustDecay(now);
    this.#latency.addPeak(Math.max(penaltyMs, latencyMs, this.#latency.valueAt(now)), now);
    this.#known = true;
  }

  /** A call does not wait for its first response any more. Once per call. */
  stopAwaiting(now: number): void {
    this.#awaitingResponse--;
    this.#adjustDecay(now);
  }

  /** A call is over. Once per call. */
  release(): void {
    this.#inFlight--;
  }

  #adjustDecay(now: number): void {
    const decayTimeMs = this.#warmUp.decayTimeMs(this.#options.decayTimeMs, this.#awaitingResponse);
    this.#latency.changeDecayTime(decayTimeMs, now);
  }
}
