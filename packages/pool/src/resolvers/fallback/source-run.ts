import type { Clock, Resolver, ResolverListener, ResolverState, Timer } from '@fairlead/core';
import { ShieldedResolver } from '../shielded-resolver.js';

/** What becomes of a {@link SourceRun}. */
export interface SourceRunListener {
  onGood(run: SourceRun, state: ResolverState, startedAt: number): void;
  onFailure(run: SourceRun, error: Error, startedAt: number): void;
  onNews: NonNullable<ResolverListener['onNews']>;
}

/** What a {@link SourceRun} is made from. */
export interface SourceRunOptions {
  readonly clock: Clock;
  readonly rank: number;
  readonly name: string;
  readonly create: () => Resolver;
  readonly answerTimeoutMs: number;
  /** For so long a source may hold back a look-up that is asked for. */
  readonly minRefreshIntervalMs: number;
  readonly emptyFails: boolean;
}

/** One source of a fallback while it is asked: whether it is well, and since when. */
export class SourceRun {
  readonly rank: number;
  readonly name: string;
  readonly #options: SourceRunOptions;
  #resolver: Resolver | undefined;
  #deadline: Timer | undefined;
  #wellSince: number | undefined;
  #failingSince: number | undefined;
  #error: Error | undefined;
  #state: ResolverState | undefined;
  #startedAt = 0;

  constructor(options: SourceRunOptions) {
    this.#options = options;
    this.rank = options.rank;
    this.name = options.name;
  }

  /** Since when every answer was good; undefined when the newest was not, or there was none. */
  get wellSince(): number | undefined {
    return this.#wellSince;
  }

  /** Since when no answer was good; undefined when the newest one was, or there was none. */
  get failingSince(): number | undefined {
    return this.#failingSince;
  }

  get error(): Error | undefined {
    return this.#error;
  }

  /** Its newest good answer, and when the look-up began. */
  get newest(): { readonly state: ResolverState; readonly startedAt: number } | undefined {
    return this.#state && { state: this.#state, startedAt: this.#startedAt };
  }

  /** Whether nothing at all was heard of it. */
  get silent(): boolean {
    return this.#wellSince === undefined && this.#failingSince === undefined;
  }

  start(listener: SourceRunListener): void {
    this.#resolver = new ShieldedResolver(this.#options.create, this.#options.clock);
    this.#await(listener);
    this.#resolver.start({
      onState: (state, startedAt) => this.#answered(listener, state, startedAt),
      onError: (error, startedAt) => this.#failed(listener, error, startedAt),
      onNews: (news) => listener.onNews(news),
    });
  }

  refresh(listener: SourceRunListener, doubted?: boolean): void {
    if (this.#resolver === undefined) return;
    this.#await(listener, this.#options.minRefreshIntervalMs);
    this.#resolver.refresh(doubted);
  }

  close(): void {
    const resolver = this.#resolver;
    this.#resolver = undefined;
    this.#deadline?.cancel();
    resolver?.close();
  }

  /** Counts it as failing when it does not answer in time. One look-up serves all that asked before. */
  #await(listener: SourceRunListener, heldBackMs = 0): void {
    const { clock, name } = this.#options;
    const timeoutMs = this.#options.answerTimeoutMs + heldBackMs;
    const askedAt = clock.now();
    this.#deadline ??= clock.schedule(timeoutMs, () => {
      this.#failed(listener, new Error(`${name}: no answer within ${timeoutMs} ms`), askedAt);
    });
  }

  #answered(listener: SourceRunListener, state: ResolverState, startedAt: number): void {
    if (this.#options.emptyFails && state.endpoints.length === 0) {
      return this.#failed(listener, new Error(`${this.name} resolved to nothing`), startedAt);
    }
    this.#heard();
    this.#wellSince ??= this.#options.clock.now();
    this.#failingSince = undefined;
    this.#error = undefined;
    this.#state = state;
    this.#startedAt = startedAt;
    listener.onGood(this, state, startedAt);
  }

  #failed(listener: SourceRunListener, error: Error, startedAt: number): void {
    this.#heard();
    this.#failingSince ??= this.#options.clock.now();
    this.#wellSince = undefined;
    this.#error = error;
    listener.onFailure(this, error, startedAt);
  }

  #heard(): void {
    this.#deadline?.cancel();
    this.#deadline = undefined;
  }
}
