import type { Clock, Resolver, ResolverListener, ResolverState } from '@fairlead/core';

/** Answers with the same state for ever: at the start, and at each refresh. */
export class FixedResolver implements Resolver {
  readonly #state: ResolverState;
  readonly #clock: Clock;
  #listener: ResolverListener | undefined;

  constructor(state: ResolverState, clock: Clock) {
    this.#state = state;
    this.#clock = clock;
  }

  start(listener: ResolverListener): void {
    this.#listener = listener;
    this.refresh();
  }

  refresh(): void {
    this.#listener?.onState(this.#state, this.#clock.now());
  }

  close(): void {
    this.#listener = undefined;
  }
}
