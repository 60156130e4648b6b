import {
  usableEndpoints,
  type Clock,
  type Resolver,
  type ResolverNews,
  type ResolverState,
  type UsableEndpoints,
} from '@fairlead/core';
import { validateState } from './validate-state.js';

/** What of an answer is not used. */
export type PassedOver = Omit<UsableEndpoints, 'endpoints'>;

/** What the pool does with the answers of its resolver. */
export interface ResolutionListener {
  /**
   * Looks at a state before it is adopted. What it throws makes the state one that failed.
   * @param first there was no good state before.
   */
  accept(state: ResolverState, first: boolean): void;
  /** @param passedOver what of the answer is not in the state. */
  onState(state: ResolverState, passedOver: PassedOver): void;
  onError(error: Error): void;
}

/**
 * The resolver's side of a pool: runs it, shields the pool from what resolvers do wrong, and knows how fresh the last
 * answer is.
 *
 * Freshness decides when a call may fail. While a pod is replaced, the pool knows for a moment only dead addresses; the
 * plain rule ("all members failed, so the call fails") fails 68 to 136 calls in one rolling update. Here an answer counts
 * only when its look-up began after the last connection was lost, and later than that by the time in which its source
 * may still tell of the pods before: a DNS that was asked right after a crash answers with the pod that crashed.
 */
export class Resolution {
  readonly #create: () => Resolver;
  readonly #clock: Clock;
  readonly #onNews: (news: ResolverNews) => void;
  #resolver: Resolver | undefined;
  /** Tells the answers of the present resolver from those of one that was stopped. */
  #run = 0;
  #heard = false;
  #started = false;
  #closed = false;
  #lastStartedAt = -Infinity;
  #lastAnswerAt: number | undefined;
  #lastError: Error | undefined;
  #state: ResolverState | undefined;

  /** @param create makes the resolver: once now, so that a bad target fails now, and again at each start after a stop. */
  constructor(create: () => Resolver, clock: Clock, onNews: (news: ResolverNews) => void) {
    this.#create = create;
    this.#clock = clock;
    this.#onNews = onNews;
    this.#resolver = create();
  }

  get started(): boolean {
    return this.#started;
  }

  /** Whether an answer, good or bad, has come since the start. */
  get heard(): boolean {
    return this.#heard;
  }

  /** The last good state. */
  get state(): ResolverState | undefined {
    return this.#state;
  }

  /** The error of the newest answer, when that was one. */
  get lastError(): Error | undefined {
    return this.#lastError;
  }

  /** How long ago the last answer, good or bad, arrived, in ms; undefined while nobody asks for one. */
  get ageMs(): number | undefined {
    return this.#lastAnswerAt === undefined || !this.#started ? undefined : this.#clock.now() - this.#lastAnswerAt;
  }

  /** How old the last good state is, in ms, when it was kept from an earlier time. The wall clock may jump. */
  get stateAgeMs(): number | undefined {
    const asOfMs = this.#state?.asOfMs;
    return asOfMs === undefined ? undefined : Math.max(0, this.#clock.epochNow() - asOfMs);
  }

  /** Whether an answer must know of what happened at `time`: its look-up began later, by the lag of its source. */
  knowsOf(time: number): boolean {
    return this.#lastStartedAt >= time + (this.#state?.lagMs ?? 0);
  }

  /** Starts the resolver. One that throws counts as one that answered with that error. */
  start(listener: ResolutionListener): void {
    if (this.#started || this.#closed) return;
    this.#started = true;
    this.#heard = false;
    const run = this.#run;
    this.#guard(listener, () => {
      this.#resolver ??= this.#create();
      this.#resolver.start({
        onState: (state, startedAt) => run === this.#run && this.#succeeded(listener, state, startedAt),
        onError: (error, startedAt) => run === this.#run && this.#failed(listener, error, startedAt),
        onNews: (news) => run === this.#run && !this.#closed && this.#onNews(news),
      });
    });
  }

  /**
   * Ends the resolver and keeps what it said. The next start makes a new one.
   * @returns false when that has come already: a resolver that fails to close is told of, and who is told may call.
   */
  stop(listener: ResolutionListener): boolean {
    if (!this.#started || this.#closed) return true;
    const resolver = this.#resolver;
    this.#started = false;
    this.#run += 1;
    this.#resolver = undefined;
    this.#guard(listener, () => resolver?.close());
    return !this.#started;
  }

  refresh(listener: ResolutionListener): void {
    if (this.#started && !this.#closed) this.#guard(listener, () => this.#resolver?.refresh());
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    if (this.#started) this.#resolver?.close();
  }

  #guard(listener: ResolutionListener, action: () => void): void {
    const startedAt = this.#clock.now();
    try {
      action();
    } catch (error) {
      this.#failed(listener, error, startedAt);
    }
  }

  /** An answer that makes no sense counts as one that failed, so that it is not in the way of the last good one. */
  #succeeded(listener: ResolutionListener, state: ResolverState, startedAt: number): void {
    if (this.#closed) return;
    let usable: UsableEndpoints;
    try {
      validateState(state, startedAt);
      usable = usableEndpoints(state.endpoints);
      listener.accept(state, this.#state === undefined);
    } catch (error) {
      return this.#failed(listener, error, startedAt);
    }
    this.#answered(startedAt);
    this.#lastError = undefined;
    const { endpoints } = usable;
    this.#state = endpoints === state.endpoints ? state : { ...state, endpoints };
    listener.onState(this.#state, usable);
  }

  #failed(listener: ResolutionListener, thrown: unknown, startedAt: number): void {
    if (this.#closed) return;
    const error = thrown instanceof Error ? thrown : new Error(String(thrown));
    this.#answered(startedAt);
    this.#lastError = error;
    listener.onError(error);
  }

  /** An answer that does not say when its look-up began may be as old as anything. */
  #answered(startedAt: number): void {
    if (Number.isFinite(startedAt)) this.#lastStartedAt = Math.max(this.#lastStartedAt, startedAt);
    this.#lastAnswerAt = this.#clock.now();
    this.#heard = true;
  }
}
