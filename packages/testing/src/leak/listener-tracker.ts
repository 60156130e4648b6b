import type { EventEmitter } from 'node:events';
import { captureStack, framesOf, type Leak } from './leak.js';

interface Added {
  readonly event: string | symbol;
  readonly listener: unknown;
  readonly at: Error;
}

/** Knows the listeners that were added to an emitter since the start and are still there. */
export class ListenerTracker {
  readonly #emitter: EventEmitter;
  readonly #name: string;
  readonly #before: ReadonlyMap<string | symbol, number>;
  readonly #added: Added[] = [];
  readonly #onNew = (event: string | symbol, listener: unknown): void => {
    this.#added.push({ event, listener, at: captureStack() });
  };

  /** @param name of the emitter, for the report. */
  constructor(emitter: EventEmitter, name: string) {
    this.#emitter = emitter;
    this.#name = name;
    this.#before = new Map(emitter.eventNames().map((event) => [event, emitter.listenerCount(event)]));
    emitter.on('newListener', this.#onNew);
  }

  leaks(): readonly Leak[] {
    return this.#emitter.eventNames().flatMap((event) => {
      const own = event === 'newListener' ? 1 : 0;
      const surplus = this.#emitter.listenerCount(event) - own - (this.#before.get(event) ?? 0);
      return surplus > 0 ? this.#leaksOf(event, surplus) : [];
    });
  }

  stop(): void {
    this.#emitter.off('newListener', this.#onNew);
  }

  /** The listeners that are still there of those that were added; the newest ones, if more of them are than can be. */
  #leaksOf(event: string | symbol, surplus: number): readonly Leak[] {
    const present = new Set<unknown>(this.#emitter.rawListeners(event).flatMap(withOriginal));
    const added = this.#added.filter((entry) => entry.event === event && present.has(entry.listener));
    const stacks = added.slice(-surplus).map((entry) => framesOf(entry.at).join('\n'));
    const detail = `of ${JSON.stringify(String(event))} on ${this.#name}`;
    return Array.from({ length: surplus }, (_, index) => ({
      kind: 'listener',
      detail,
      stack: stacks[index] ?? '    (unknown)',
    }));
  }
}

/** A listener added by `once` is wrapped; `newListener` tells the original. */
function withOriginal(listener: unknown): readonly unknown[] {
  return [listener, (listener as { readonly listener?: unknown }).listener];
}
