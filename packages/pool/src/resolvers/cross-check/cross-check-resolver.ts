import type { Clock, Random, Resolver, ResolverContext, ResolverListener, ResolverState, Timer } from '@fairlead/core';
import type { ResolvedCrossCheckOptions } from './cross-check-options.js';
import { ShieldedResolver } from '../shielded-resolver.js';
import { Disagreement } from './disagreement.js';

/** Hands on what a watch says, and compares it now and then with what a look-up says. */
export class CrossCheckResolver implements Resolver {
  readonly #watch: Resolver;
  readonly #createCheck: () => Resolver;
  readonly #options: ResolvedCrossCheckOptions;
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #disagreement: Disagreement;
  #listener: ResolverListener | undefined;
  #next: Timer | undefined;
  #check: Resolver | undefined;
  #active = false;

  constructor(
    watch: Resolver,
    createCheck: () => Resolver,
    options: ResolvedCrossCheckOptions,
    { clock, random }: ResolverContext,
  ) {
    this.#watch = new ShieldedResolver(() => watch, clock);
    this.#createCheck = createCheck;
    this.#options = options;
    this.#clock = clock;
    this.#random = random;
    this.#disagreement = new Disagreement(options.settleMs, options.disagreements);
  }

  start(listener: ResolverListener): void {
    this.#listener = listener;
    this.#watch.start({
      onState: (state, startedAt) => this.#watched(state, startedAt),
      onError: (error, startedAt) => this.#listener?.onError(error, startedAt),
      onNews: (news) => this.#listener?.onNews?.(news),
    });
  }

  refresh(doubted?: boolean): void {
    this.#watch.refresh(doubted);
  }

  close(): void {
    this.#listener = undefined;
    this.#next?.cancel();
    this.#endCheck();
    this.#watch.close();
  }

  #watched(state: ResolverState, startedAt: number): void {
    if (this.#listener === undefined) return;
    this.#disagreement.watched(state.endpoints, this.#clock.now());
    // Before the first answer there is nothing to compare.
    if (this.#next === undefined) this.#plan();
    this.#listener.onState(state, startedAt);
  }

  /** Jittered, so that the clients of a cluster do not ask its DNS in step. */
  #plan(): void {
    const delayMs = this.#options.intervalMs * (0.8 + 0.4 * this.#random.next());
    this.#next = this.#clock.schedule(delayMs, () => this.#look());
  }

  /** One look-up: a resolver that lives until its first answer. */
  #look(): void {
    const startedAt = this.#clock.now();
    this.#next = this.#clock.schedule(this.#options.timeoutMs, () => this.#looked(undefined, startedAt));
    this.#check = new ShieldedResolver(this.#createCheck, this.#clock);
    this.#check.start({
      onState: (state) => this.#looked(state, startedAt),
      onError: () => this.#looked(undefined, startedAt),
    });
  }

  /** A look-up that failed says nothing. */
  #looked(state: ResolverState | undefined, startedAt: number): void {
    this.#next?.cancel();
    this.#endCheck();
    this.#plan();
    if (state === undefined) return;
    const { missed, unconfirmed } = this.#disagreement.lookedUp(state.endpoints, startedAt);
    const active = missed.length + unconfirmed.length > 0;
    const changed = active !== this.#active;
    this.#active = active;
    if (changed) this.#listener?.onNews?.({ kind: 'disagreement', active, unconfirmed, missed });
    if (active && this.#listener !== undefined) this.#watch.refresh(true);
  }

  #endCheck(): void {
    const check = this.#check;
    this.#check = undefined;
    check?.close();
  }
}
