import type { Clock, Resolver, ResolverListener, ResolverState } from '@fairlead/core';
import { validateState } from '../validate-state.js';

/**
 * A resolver inside another one, shielded as a pool shields its own: what it throws, and an answer that makes no sense, are
 * errors that it tells. Thrown from its timers and sockets they would end the process, and the other sources with it.
 */
export class ShieldedResolver implements Resolver {
  readonly #create: () => Resolver;
  readonly #clock: Clock;
  #resolver: Resolver | undefined;
  #listener: ResolverListener | undefined;

  /** @param create is called at the start; while it throws, again at each refresh. */
  constructor(create: () => Resolver, clock: Clock) {
    this.#create = create;
    this.#clock = clock;
  }

  start(listener: ResolverListener): void {
    this.#listener = listener;
    this.#guard(() => this.#begin());
  }

  refresh(doubted?: boolean): void {
    this.#guard(() => {
      if (this.#resolver !== undefined) this.#resolver.refresh(doubted);
      else if (this.#listener !== undefined) this.#begin();
    });
  }

  /** What it still says is not heard. That it fails to close is news, not an error: nobody uses it any more. */
  close(): void {
    const listener = this.#listener;
    this.#listener = undefined;
    try {
      this.#resolver?.close();
    } catch (thrown) {
      const message = `a source failed to close: ${errorOf(thrown).message}`;
      listener?.onNews?.({ kind: 'warning', code: 'resolver-close-failed', message });
    }
  }

  #begin(): void {
    this.#resolver = this.#create();
    this.#resolver.start({
      onState: (state, startedAt) => this.#answered(state, startedAt),
      onError: (error, startedAt) => this.#listener?.onError(errorOf(error), startedAt),
      onNews: (news) => this.#listener?.onNews?.(news),
    });
  }

  #guard(action: () => void): void {
    const startedAt = this.#clock.now();
    try {
      action();
    } catch (thrown) {
      this.#listener?.onError(errorOf(thrown), startedAt);
    }
  }

  #answered(state: ResolverState, startedAt: number): void {
    try {
      validateState(state, startedAt);
    } catch (thrown) {
      this.#listener?.onError(errorOf(thrown), startedAt);
      return;
    }
    this.#listener?.onState(state, startedAt);
  }
}

function errorOf(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(String(thrown));
}
