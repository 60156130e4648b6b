/** When a weight counts. */
export interface WeightLife {
  /** How long a member must have reported before its weight is used, in ms. */
  readonly blackoutPeriodMs: number;
  /** How long a weight is used after the last report, in ms. */
  readonly weightExpirationPeriodMs: number;
}

/** Why a weight is not used: none was reported, or not for long enough; or the last report is too old. */
export type WeightState = 'usable' | 'not-yet-usable' | 'stale';

/** The weight that a member reported, with the rules of gRFC A58 for when it is used. */
export class ReportedWeight {
  #life: WeightLife;
  #weight = 0;
  #lastUpdated = -Infinity;
  /** Since when there are reports without a gap; `Infinity` while there are none. */
  #nonEmptySince = Infinity;

  constructor(life: WeightLife) {
    this.#life = life;
  }

  /** Other times hold from now on. */
  configure(life: WeightLife): void {
    this.#life = life;
  }

  /** The member reported it; 0 is no weight, and changes nothing. */
  update(weight: number, now: number): void {
    if (!(weight > 0)) return;
    this.#followClock(now);
    if (this.#nonEmptySince === Infinity) this.#nonEmptySince = now;
    this.#lastUpdated = now;
    this.#weight = weight;
  }

  /** The member was connected: what it reports from now on is of a process that may be new. */
  becameReady(): void {
    this.#nonEmptySince = Infinity;
  }

  /** The weight to use now, 0 for none. */
  valueAt(now: number): number {
    return this.stateAt(now) === 'usable' ? this.#weight : 0;
  }

  /** Whether it is used. Notices that it has expired, so that reports that come again must prove themselves again. */
  stateAt(now: number): WeightState {
    const { blackoutPeriodMs, weightExpirationPeriodMs } = this.#life;
    this.#followClock(now);
    if (now - this.#lastUpdated >= weightExpirationPeriodMs) {
      this.#nonEmptySince = Infinity;
      return this.#weight > 0 ? 'stale' : 'not-yet-usable';
    }
    const inBlackout = blackoutPeriodMs > 0 && now - this.#nonEmptySince < blackoutPeriodMs;
    return inBlackout ? 'not-yet-usable' : 'usable';
  }

  /** A clock that was set back would otherwise keep a weight, or the blackout, alive for as long as it was set back. */
  #followClock(now: number): void {
    if (now < this.#lastUpdated) this.#lastUpdated = now;
    if (now < this.#nonEmptySince && this.#nonEmptySince < Infinity) this.#nonEmptySince = now;
  }
}
