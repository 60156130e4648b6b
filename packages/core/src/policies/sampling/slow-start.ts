import { durationMs, numberInRange } from '../../options/number-rules.js';
import { optionalGroup } from '../../pick/define-policy.js';
import type { MemberView } from '../../pick/picker.js';
import type { Picked } from '../../pick/ready-members.js';

/** A member that has just become ready gets its share step by step (Envoy's slow start). */
export interface SlowStartOptions {
  /** How long a member counts as new, in ms, from the moment it is ready. 1 to 3 600 000. Envoy: `slow_start_window`. */
  readonly windowMs: number;
  /** What it gets at least, in percent of its share. Default 10 (Envoy); 0 to 100. */
  readonly minWeightPercent?: number;
  /**
   * How its share grows: with (age / window)^(1 / aggression). 1 is a straight line; above 1 it grows quickly at first,
   * below 1 late. Default 1 (Envoy); 0.01 to 100.
   */
  readonly aggression?: number;
}

/** The option `slowStart`; off unless given. */
export const SLOW_START_RULE = optionalGroup({
  windowMs: durationMs({ min: 1, max: 3_600_000 }),
  minWeightPercent: numberInRange({ default: 10, min: 0, max: 100 }),
  aggression: numberInRange({ default: 1, min: 0.01, max: 100 }),
});

/** So many times in a window the shares are made anew: no step is more than 1 % of a share. */
const STEPS = 100;
const SHORTEST_STEP_MS = 20;

/** What members that are new get of their shares. */
export interface SlowStartFactors {
  /** For each ready member in order, 0 to 1. */
  readonly factors: Float64Array;
  /** When they will have changed, in ms. */
  readonly nextInMs: number;
}

/**
 * How new each ready member is: since when the policy has seen it ready without interruption. A pod that was away is
 * new again, since it may have been restarted; one whose connection is rotated is ready all the while.
 *
 * The factors are probabilities of admission, and nothing else: to draw members by them is the same as to draw blindly, to
 * admit a new member with this probability, and to draw again otherwise, in a single draw. They do not divide calls in
 * flight as weights do: at a factor of 0.5 a member with 2 calls in flight like ten others would get 0.3 % of the next calls
 * instead of 5.3 %. The price: while it has fewer calls in flight than the others it wins nearly each comparison, and gets
 * up to twice its factor, never more than an equal share. In a simulation of a pod with a fifth of its speed at first, p99
 * of all calls differs by less than 4 % between the two, and both are better than none.
 *
 * What counts is how new a member is beside the others: those that all come together, as at the start of the client, share
 * alike.
 */
export class SlowStart {
  readonly #windowMs: number;
  readonly #least: number;
  readonly #exponent: number;
  #readySince = new Map<MemberView, number>();

  constructor({ windowMs, minWeightPercent = 10, aggression = 1 }: SlowStartOptions) {
    this.#windowMs = windowMs;
    this.#least = minWeightPercent / 100;
    this.#exponent = 1 / aggression;
  }

  /** To be asked at each update, with all that are ready. Undefined when nobody is new. */
  factorsOf(ready: readonly Picked<MemberView>[], now: number): SlowStartFactors | undefined {
    const known = this.#readySince;
    this.#readySince = new Map(ready.map(({ member }) => [member, followClock(known.get(member) ?? now, now)]));
    const factors = Float64Array.from(this.#readySince.values(), (since) => this.#factorAt(now - since));
    if (factors.every((factor) => factor === 1)) return undefined;
    return { factors, nextInMs: Math.max(this.#windowMs / STEPS, SHORTEST_STEP_MS) };
  }

  #factorAt(ageMs: number): number {
    if (ageMs >= this.#windowMs) return 1;
    // 1 ms as in Envoy: a probability of 0 would leave a pool of new members with nobody to draw.
    return Math.max(this.#least, (Math.max(ageMs, 1) / this.#windowMs) ** this.#exponent);
  }
}

/** A member that was seen later than now is as new as it can be: of a clock that was set back, nobody is new for longer than a window. */
const followClock = (since: number, now: number): number => (since > now ? now : since);
