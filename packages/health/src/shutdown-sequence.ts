import type { Clock, Timer } from '@fairlead/core';
import type { ShutdownOutcome, ShutdownPhase, ShutdownReport, ShutdownTrigger } from './shutdown-report.js';

/**
 * How long the destroyed connections may take to be gone, in ms. They need a turn of the event loop; the limit is there so
 * that nothing in the operating system can keep the end from coming.
 */
const FORCED_END_MS = 1_000;

/** What a shutdown does to the server, in this order. `forceStop` may come at any point. */
export interface ShutdownSteps {
  /** Tells everybody that this server is going away. */
  announce(): void;
  /** Ends the Watch calls and answers their number. */
  endWatches(): number;
  /** Stops accepting and answers once everything that runs has finished. */
  stop(onStopped: () => void): void;
  /** Destroys what is left; the answer of `stop` follows. */
  forceStop(): void;
}

export interface ShutdownTimes {
  readonly propagationDelayMs: number;
  readonly drainTimeoutMs: number;
}

/** The order of a shutdown and its time limits: serving → announcing → draining (→ forcing) → ended. */
export class ShutdownSequence {
  readonly ended: Promise<ShutdownReport>;
  readonly #steps: ShutdownSteps;
  readonly #times: ShutdownTimes;
  readonly #clock: Clock;
  #resolveEnded!: (report: ShutdownReport) => void;
  #phase: ShutdownPhase = 'serving';
  #trigger: ShutdownTrigger = 'call';
  #outcome: ShutdownOutcome = 'drained';
  #beganAt = 0;
  #drainBeganAt: number | undefined;
  #watchesEnded = 0;
  #timer: Timer | undefined;

  constructor(steps: ShutdownSteps, times: ShutdownTimes, clock: Clock) {
    this.#steps = steps;
    this.#times = times;
    this.#clock = clock;
    this.ended = new Promise((resolve) => (this.#resolveEnded = resolve));
  }

  get phase(): ShutdownPhase {
    return this.#phase;
  }

  /** Begins the shutdown, unless it has begun. */
  begin(trigger: ShutdownTrigger): void {
    if (this.#phase !== 'serving') return;
    this.#announce(trigger);
    this.#schedule(this.#times.propagationDelayMs, () => this.#drain());
  }

  /** Ends it at once, whether it has begun or not. */
  force(trigger: ShutdownTrigger): void {
    if (this.#phase === 'serving') this.#announce(trigger);
    this.#cut('forced');
  }

  #announce(trigger: ShutdownTrigger): void {
    this.#phase = 'announcing';
    this.#trigger = trigger;
    this.#beganAt = this.#clock.now();
    this.#steps.announce();
  }

  #drain(): void {
    this.#phase = 'draining';
    this.#drainBeganAt = this.#clock.now();
    this.#schedule(this.#times.drainTimeoutMs, () => this.#cut('deadline'));
    this.#watchesEnded = this.#steps.endWatches();
    this.#steps.stop(() => this.#end());
  }

  #cut(outcome: ShutdownOutcome): void {
    if (this.#phase === 'forcing' || this.#phase === 'ended') return;
    const isStopping = this.#phase === 'draining';
    this.#phase = 'forcing';
    this.#outcome = outcome;
    this.#schedule(FORCED_END_MS, () => this.#end());
    if (!isStopping) this.#steps.stop(() => this.#end());
    this.#steps.forceStop();
  }

  #end(): void {
    if (this.#phase === 'ended') return;
    this.#phase = 'ended';
    this.#timer?.cancel();
    const now = this.#clock.now();
    this.#resolveEnded({
      trigger: this.#trigger,
      outcome: this.#outcome,
      durationMs: now - this.#beganAt,
      drainMs: this.#drainBeganAt === undefined ? 0 : now - this.#drainBeganAt,
      watchesEnded: this.#watchesEnded,
    });
  }

  /** One timer at a time. It keeps the process alive: somebody waits for the end of this. */
  #schedule(delayMs: number, action: () => void): void {
    this.#timer?.cancel();
    this.#timer = this.#clock.schedule(delayMs, action, true);
  }
}
