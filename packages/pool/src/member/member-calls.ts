import type { Load } from '@fairlead/core';
import { ActiveCalls } from './active-calls.js';

/**
 * The calls of a member: those on its present connection, and those that still run on earlier ones.
 *
 * Per call this costs one set and no more; that a call belongs to an older connection is known by the set it is in.
 */
export class MemberCalls {
  #current = new ActiveCalls();
  readonly #earlier = new Set<ActiveCalls>();

  /** Where a call that begins now belongs. It must be deleted from the same. */
  get current(): ActiveCalls {
    return this.#current;
  }

  get size(): number {
    let size = this.#current.size;
    for (const calls of this.#earlier) size += calls.size;
    return size;
  }

  /** A connection ended or is replaced: its calls are set apart from those that follow. */
  retire(): ActiveCalls {
    const calls = this.#current;
    if (calls.size === 0) return calls;
    this.#current = new ActiveCalls();
    this.#earlier.add(calls);
    calls.whenEmpty(() => this.#earlier.delete(calls));
    return calls;
  }

  /** Calls back once when no call is left on any connection. */
  whenEmpty(callback: () => void): void {
    const all = [this.#current, ...this.#earlier];
    let open = all.length;
    for (const calls of all) {
      calls.whenEmpty(() => {
        open -= 1;
        if (open === 0) callback();
      });
    }
  }

  moveAll(load: Load, now: number): void {
    for (const calls of [this.#current, ...this.#earlier]) calls.moveAll(load, now);
  }

  cutAll(reason: string): void {
    for (const calls of [this.#current, ...this.#earlier]) calls.cutAll(reason);
  }
}
