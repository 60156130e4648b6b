import { NO_STALLS, type CircuitBreakerConfig, type Clock, type LoopStalls } from '@fairlead/core';
import type { Admission, Breaker, BreakerState, Outcome } from './breaker.js';
import type { BreakerChange } from './breaker-change.js';
import { BreakerListeners } from './breaker-listeners.js';
import { OpossumBreaker } from './opossum-breaker.js';

/** The circuit breaker of one method, as an operator sees it: to look at, to be told of changes, to open and close by hand. */
export interface BreakerHandle {
  readonly path: string;
  readonly state: BreakerState;
  /** While it is open: when a call may probe, in ms. Undefined when it is not open, or held open by hand. */
  readonly retryInMs: number | undefined;
  /** Refuses all calls until `close()`, whatever time passes. */
  open(): void;
  /** Lets calls through again and forgets the failures so far. */
  close(): void;
  /**
   * Calls back at every change, in the turn of the event loop in which it happens. What it throws is an uncaught
   * exception of its own.
   * @returns the function that stops it.
   */
  onChange(listener: (change: BreakerChange) => void): () => void;
}

/** The breaker of a method, kept while the chain of the method is made anew, and when it is configured anew. */
export class MethodBreaker implements BreakerHandle {
  readonly path: string;
  readonly #clock: Clock;
  readonly #stalls: LoopStalls;
  #config: CircuitBreakerConfig;
  #breaker: Breaker;
  readonly #listeners = new BreakerListeners();
  readonly #listenersOfAll: BreakerListeners;
  #told: BreakerState = 'closed';
  #held = false;
  #retired = false;
  /** Inside `open()` or `close()`. */
  #manual = false;

  /** @param listenersOfAll are told of its changes, too: those that listen to all breakers of a channel. */
  constructor(
    path: string,
    config: CircuitBreakerConfig,
    clock: Clock,
    stalls: LoopStalls = NO_STALLS,
    listenersOfAll = new BreakerListeners(),
  ) {
    this.path = path;
    this.#config = config;
    this.#clock = clock;
    this.#stalls = stalls;
    this.#listenersOfAll = listenersOfAll;
    this.#breaker = new OpossumBreaker(config, clock, stalls, () => this.#tell());
  }

  get config(): CircuitBreakerConfig {
    return this.#config;
  }

  /** No call passes it any more, until it is asked for again. */
  get retired(): boolean {
    return this.#retired;
  }

  get state(): BreakerState {
    return this.#held ? 'open' : this.#breaker.state;
  }

  get retryInMs(): number | undefined {
    return this.#held || this.#breaker.state === 'closed' ? undefined : this.#breaker.retryInMs;
  }

  enter(): Admission | undefined {
    return this.#held ? undefined : this.#breaker.enter();
  }

  leave(admission: Admission, outcome: Outcome): void {
    this.#breaker.leave(admission, outcome);
  }

  open(): void {
    this.#held = true;
    // What calls in flight report from here on is of an earlier period.
    this.#byHand(() => this.#breaker.open());
  }

  close(): void {
    this.#held = false;
    this.#byHand(() => this.#breaker.close());
  }

  onChange(listener: (change: BreakerChange) => void): () => void {
    return this.#listeners.add(listener);
  }

  /**
   * Goes on by these rules, and forgets the failures so far. One that is not closed stays open since when it was, or all
   * that a callee in trouble is kept from would come at once. Its listeners stay.
   */
  reconfigure(config: CircuitBreakerConfig): void {
    const { openedAt } = this.#breaker;
    this.#replace(config);
    if (openedAt !== undefined) this.#breaker.resume(openedAt);
    this.#tell();
  }

  #replace(config: CircuitBreakerConfig): void {
    const firstPeriod = this.#breaker.shutdown();
    this.#config = config;
    this.#breaker = new OpossumBreaker(config, this.#clock, this.#stalls, () => this.#tell(), firstPeriod);
  }

  /** No call passes it any more: closed, also when it was held open. Its listeners stay, for it may come back. */
  retire(): void {
    this.#retired = true;
    this.#held = false;
    if (this.#told === 'closed') return;
    this.#replace(this.#config);
    this.#tell();
  }

  /** A method has it again. */
  revive(): void {
    this.#retired = false;
  }

  shutdown(): void {
    this.#breaker.shutdown();
    this.#listeners.clear();
  }

  /** Why a call is refused now. */
  describe(): string {
    if (this.#held) return `The circuit breaker of ${this.path} is held open until it is closed by hand`;
    if (this.#breaker.state === 'half-open') {
      return `The circuit breaker of ${this.path} is half-open: another call probes`;
    }
    const { failureRatio, requestVolume, windowMs } = this.#config;
    const why = `more than ${failureRatio * 100} % of at least ${requestVolume} calls failed within ${windowMs} ms`;
    return `The circuit breaker of ${this.path} is open (${why}); it tries again in ${Math.ceil(this.#breaker.retryInMs)} ms`;
  }

  #byHand(act: () => void): void {
    this.#manual = true;
    try {
      act();
      this.#tell();
    } finally {
      this.#manual = false;
    }
  }

  /** While it is held, what happens underneath is no change. */
  #tell(): void {
    const { path, state: to } = this;
    const from = this.#told;
    if (from === to) return;
    this.#told = to;
    if (this.#listeners.size + this.#listenersOfAll.size === 0) return;
    const change = { path, from, to, manual: this.#manual };
    this.#listeners.tell(change);
    this.#listenersOfAll.tell(change);
  }
}
