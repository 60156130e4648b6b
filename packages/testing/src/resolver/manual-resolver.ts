import type { Clock, Endpoint, Resolver, ResolverListener, ResolverNews, ResolverState } from '@fairlead/core';

/** Behaviour of a {@link ManualResolver}. */
export interface ManualResolverOptions {
  /** Says when a look-up began if `push` and `fail` are not told. Default: the clock of the pool that uses it. */
  readonly clock?: Pick<Clock, 'now'>;
  /**
   * Answer each `refresh()` with the newest answer again, as the contract of resolvers asks. Default false: the test
   * decides when an answer comes, and a pool that waits for one goes on waiting.
   */
  readonly answersRefresh?: boolean;
}

type Answer =
  | { readonly kind: 'state'; readonly state: ResolverState; readonly startedAt: number }
  | { readonly kind: 'error'; readonly error: Error; readonly startedAt: number };

/**
 * A resolver that says what a test tells it to say, when it tells.
 *
 * An answer given before `start` is kept and told at `start` (the newest one only). After `close` nothing is told.
 *
 * @example
 * ```ts
 * const resolver = new ManualResolver();
 * resolver.push([endpointAt({ kind: 'tcp', host: '127.0.0.1', port: 50051 })]);
 * resolver.fail(new Error('SERVFAIL'));
 * resolver.refreshes; // how often the pool asked for news
 * ```
 */
export class ManualResolver implements Resolver {
  readonly #answersRefresh: boolean;
  #clock: Pick<Clock, 'now'> | undefined;
  #listener: ResolverListener | undefined;
  #newest: Answer | undefined;
  #refreshes = 0;
  #closed = false;

  constructor(options: ManualResolverOptions = {}) {
    this.#clock = options.clock;
    this.#answersRefresh = options.answersRefresh ?? false;
  }

  /** Whether a pool has started it, and not closed it. */
  get started(): boolean {
    return this.#listener !== undefined && !this.#closed;
  }

  /** How often `refresh()` was called. */
  get refreshes(): number {
    return this.#refreshes;
  }

  /** Whether `close()` was called. */
  get closed(): boolean {
    return this.#closed;
  }

  /**
   * Tells a new full state, or just its endpoints.
   * @param startedAt when the look-up began, on the pool's clock. Default: now.
   */
  push(answer: ResolverState | readonly Endpoint[], startedAt = this.#now()): void {
    const state: ResolverState = isList(answer) ? { endpoints: answer, attributes: {} } : answer;
    this.#tell({ kind: 'state', state, startedAt });
  }

  /** Tells that a look-up failed. */
  fail(error: Error, startedAt = this.#now()): void {
    this.#tell({ kind: 'error', error, startedAt });
  }

  /** Tells something beside its answers; nothing when it is not started. */
  tellNews(news: ResolverNews): void {
    if (this.started) this.#listener?.onNews?.(news);
  }

  /** Gives it the clock of the pool, unless it has one of its own. Its factory does this. */
  useClock(clock: Pick<Clock, 'now'>): void {
    this.#clock ??= clock;
  }

  /**
   * A closed one starts again, as if it was new: a pool makes its resolver anew after an idle time, and a factory may hand
   * out the same one.
   * @throws Error when it was started before and not closed.
   */
  start(listener: ResolverListener): void {
    if (this.started) throw new Error('the resolver was started twice');
    this.#listener = listener;
    this.#closed = false;
    if (this.#newest !== undefined) this.#tell(this.#newest);
  }

  refresh(): void {
    this.#refreshes++;
    if (this.#answersRefresh && this.#newest !== undefined) this.#tell({ ...this.#newest, startedAt: this.#now() });
  }

  close(): void {
    this.#closed = true;
  }

  #tell(answer: Answer): void {
    this.#newest = answer;
    if (this.#closed) return;
    if (answer.kind === 'state') this.#listener?.onState(answer.state, answer.startedAt);
    else this.#listener?.onError(answer.error, answer.startedAt);
  }

  #now(): number {
    return (this.#clock ?? performance).now();
  }
}

function isList(answer: ResolverState | readonly Endpoint[]): answer is readonly Endpoint[] {
  return Array.isArray(answer);
}
