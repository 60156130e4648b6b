import type {
  Clock,
  Resolver,
  ResolverContext,
  ResolverListener,
  ResolverNews,
  ResolverState,
  Timer,
} from '@fairlead/core';
import type { ResolvedFallbackOptions } from './fallback-options.js';
import { KeptIdentities } from './kept-identities.js';
import { SourceRun, type SourceRunListener } from './source-run.js';
import type { StateRecorder } from './state-recorder.js';

/** One source, bound to the target of a channel. */
export interface FallbackSource {
  readonly name: string;
  readonly create: () => Resolver;
  /** Of a source that keeps what the others say. */
  recorder?(onNews: (news: ResolverNews) => void): StateRecorder;
}

/**
 * Asks sources one after the other, and uses the best one that is well.
 *
 * The next source is asked when the one before fails: at once before its first good answer, else after `failAfterMs`. Better
 * ones go on trying by themselves; when one is well again for `recoverAfterMs`, the worse ones are closed.
 */
export class FallbackResolver implements Resolver {
  readonly #sources: readonly FallbackSource[];
  readonly #options: ResolvedFallbackOptions;
  readonly #clock: Clock;
  readonly #minRefreshIntervalMs: number;
  readonly #identities = new KeptIdentities();
  readonly #runListener: SourceRunListener = {
    onGood: (run, state, startedAt) => this.#onGood(run, state, startedAt),
    onFailure: (run, error, startedAt) => this.#onFailure(run, error, startedAt),
    onNews: (news) => this.#listener?.onNews?.(news),
  };
  /** The sources that are asked, the best first: each of them up to the last. */
  readonly #runs: SourceRun[] = [];
  #active: SourceRun | undefined;
  #recorders: readonly StateRecorder[] = [];
  #listener: ResolverListener | undefined;
  #review: Timer | undefined;
  /** Pods were lost while the source in use was failing: it is not given more time. */
  #urgent = false;
  #config: { readonly rank: number; readonly value: unknown } | undefined;

  constructor(sources: readonly FallbackSource[], options: ResolvedFallbackOptions, context: ResolverContext) {
    this.#sources = sources;
    this.#options = options;
    this.#clock = context.clock;
    this.#minRefreshIntervalMs = context.options.minRefreshIntervalMs ?? 0;
  }

  start(listener: ResolverListener): void {
    this.#listener = listener;
    const onNews = (news: ResolverNews): void => this.#listener?.onNews?.(news);
    this.#recorders = this.#sources.flatMap((source) => source.recorder?.(onNews) ?? []);
    this.#startNext();
  }

  refresh(doubted?: boolean): void {
    // Pods were lost while the source that should tell of their successors is failing: no time to wait.
    this.#urgent = this.#active?.failingSince !== undefined;
    if (this.#urgent) this.#reconsider();
    for (const run of [...this.#runs]) run.refresh(this.#runListener, doubted);
  }

  close(): void {
    this.#listener = undefined;
    this.#review?.cancel();
    for (const run of this.#runs.splice(0)) run.close();
    for (const recorder of this.#recorders) recorder.close();
  }

  #startNext(): void {
    const rank = this.#runs.length;
    const source = this.#sources[rank];
    if (source === undefined || this.#listener === undefined) return;
    const { answerTimeoutMs, emptyFails } = this.#options;
    const { create, name } = source;
    const minRefreshIntervalMs = this.#minRefreshIntervalMs;
    const run = new SourceRun({
      clock: this.#clock,
      rank,
      name,
      create,
      answerTimeoutMs,
      minRefreshIntervalMs,
      emptyFails,
    });
    this.#runs.push(run);
    run.start(this.#runListener);
  }

  #onGood(run: SourceRun, state: ResolverState, startedAt: number): void {
    if (run === this.#active) {
      this.#urgent = false;
      this.#tell(run, state, startedAt);
    }
    this.#reconsider();
  }

  #onFailure(run: SourceRun, error: Error, startedAt: number): void {
    if (run === this.#active) for (const recorder of this.#recorders) recorder.pause();
    const asked = this.#runs.length;
    this.#reconsider();
    // While another source is about to answer, this is not the last word.
    if (this.#runs.some(({ silent }) => silent)) return;
    if (run === this.#active) this.#listener?.onError(error, startedAt);
    // One that was asked just now and has failed already has told of all.
    else if (this.#active === undefined && this.#runs.length === asked)
      this.#listener?.onError(this.#allFailed(), startedAt);
  }

  #allFailed(): Error {
    const causes = this.#runs.flatMap(({ error }) => error ?? []);
    return new AggregateError(causes, causes.map(({ message }) => message).join('; '));
  }

  /** Chooses the source to use, asks the next one when that is due, and comes back when time alone may change that. */
  #reconsider(): void {
    if (this.#listener === undefined) return;
    this.#review?.cancel();
    const next = this.#bestNow();
    if (next !== undefined && next !== this.#active) this.#switchTo(next);
    const last = this.#runs.at(-1);
    if (last !== undefined && this.#hasFailed(last)) this.#startNext();
    // Whoever was asked or told may have answered, or closed all, meanwhile.
    this.#review?.cancel();
    if (this.#runs.length === 0) return;
    const dueInMs = Math.min(...this.#runs.map((run) => this.#dueIn(run)));
    if (dueInMs < Infinity) this.#review = this.#clock.schedule(dueInMs, () => this.#reconsider());
  }

  #bestNow(): SourceRun | undefined {
    const active = this.#active;
    return this.#runs.find((run) => {
      if (run === active) return !this.#hasFailed(run);
      if (run.wellSince === undefined) return false;
      if (active === undefined || run.rank > active.rank || this.#hasFailed(active)) return true;
      return active.newest?.state.asOfMs !== undefined || this.#isProven(run);
    });
  }

  #isProven({ wellSince = Infinity }: SourceRun): boolean {
    return this.#clock.now() - wellSince >= this.#options.recoverAfterMs;
  }

  /** One that is in use is given time. */
  #hasFailed(run: SourceRun): boolean {
    if (run.failingSince === undefined) return false;
    if (run !== this.#active || this.#urgent) return true;
    return this.#clock.now() - run.failingSince >= this.#options.failAfterMs;
  }

  /** When the time alone makes another one of a source, in ms from now. */
  #dueIn(run: SourceRun): number {
    const { failAfterMs, recoverAfterMs } = this.#options;
    const now = this.#clock.now();
    const changesAt =
      run === this.#active
        ? (run.failingSince ?? Infinity) + failAfterMs
        : (run.wellSince ?? Infinity) + recoverAfterMs;
    return changesAt > now ? changesAt - now : Infinity;
  }

  #switchTo(run: SourceRun): void {
    const previous = this.#active;
    const better = this.#runs.slice(0, run.rank).flatMap(({ error }) => error?.message ?? []);
    const worse = previous === undefined ? run.rank > 0 : run.rank > previous.rank;
    this.#active = run;
    this.#urgent = false;
    for (const each of this.#runs.splice(run.rank + 1)) each.close();
    if (previous !== undefined || worse) {
      const cause = better.length > 0 ? better.join('; ') : undefined;
      this.#listener?.onNews?.({ kind: 'source', from: previous?.name, to: run.name, worse, cause });
    }
    if (run.newest !== undefined) this.#tell(run, run.newest.state, run.newest.startedAt);
  }

  #tell(run: SourceRun, state: ResolverState, startedAt: number): void {
    const endpoints = this.#identities.translate(run.rank, state.endpoints);
    const serviceConfig = this.#configOf(run.rank, state);
    const attributes = { ...state.attributes, resolvedBy: run.name };
    const told = { ...state, endpoints, attributes, ...(serviceConfig !== undefined && { serviceConfig }) };
    if (state.asOfMs === undefined) for (const recorder of this.#recorders) recorder.record(told, run.name);
    this.#listener?.onState(told, startedAt);
  }

  /** What a better source said stays in force where a worse one says nothing, or nobody could find out. */
  #configOf(rank: number, { serviceConfig: value, serviceConfigError }: ResolverState): unknown {
    if (serviceConfigError !== undefined) return this.#config?.value;
    if (value !== undefined || this.#config === undefined || rank <= this.#config.rank) this.#config = { rank, value };
    return this.#config.value;
  }
}
