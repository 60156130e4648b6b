import type { Load } from '@fairlead/core';

/** A call that a member carries, as far as the member needs to know it. */
export interface DrainableCall {
  /** Ends the call now with UNAVAILABLE and this reason. */
  cut(reason: string): void;
  /** The member has another load from now on. */
  moveTo(load: Load, now: number): void;
}

/** The calls in flight on one connection. Knows when the last one has ended. */
export class ActiveCalls {
  /** Told when the first call comes and the last one goes. Nobody, as a rule. */
  #onBusy: readonly ((busy: boolean) => void)[] = [];
  readonly #calls = new Set<DrainableCall>();
  #onEmpty: (() => void)[] = [];

  get size(): number {
    return this.#calls.size;
  }

  add(call: DrainableCall): void {
    this.#calls.add(call);
    if (this.#calls.size === 1) this.#tellBusy(true);
  }

  delete(call: DrainableCall): void {
    if (!this.#calls.delete(call) || this.#calls.size > 0) return;
    this.#tellBusy(false);
    if (this.#onEmpty.length === 0) return;
    const onEmpty = this.#onEmpty;
    this.#onEmpty = [];
    for (const callback of onEmpty) callback();
  }

  /** Calls back once when no call is left: now, or at the end of the last one. */
  whenEmpty(callback: () => void): void {
    if (this.#calls.size === 0) callback();
    else this.#onEmpty.push(callback);
  }

  /** @returns what ends it. */
  watchBusy(listener: (busy: boolean) => void): () => void {
    this.#onBusy = [...this.#onBusy, listener];
    return () => {
      this.#onBusy = this.#onBusy.filter((one) => one !== listener);
    };
  }

  moveAll(load: Load, now: number): void {
    for (const call of this.#calls) call.moveTo(load, now);
  }

  cutAll(reason: string): void {
    for (const call of [...this.#calls]) call.cut(reason);
  }

  #tellBusy(busy: boolean): void {
    for (const listener of this.#onBusy) listener(busy);
  }
}
