import { EventEmitter } from 'node:events';

/** Events by name, with what each listener is given. */
type EventTable<T> = Readonly<Record<keyof T, readonly unknown[]>>;

/**
 * Typed events. An event nobody listens to is not even built: callers ask `listens` first.
 *
 * A listener that throws is an uncaught exception of its own: it must stop neither the change that it was told of half-way,
 * nor the listeners after it.
 */
export class Emitter<T extends EventTable<T>> {
  readonly #events = new EventEmitter();

  on<E extends keyof T & string>(name: E, listener: (...args: T[E]) => void): void {
    this.#events.on(name, listener as never);
  }

  off<E extends keyof T & string>(name: E, listener: (...args: T[E]) => void): void {
    this.#events.off(name, listener as never);
  }

  listens(name: keyof T & string): boolean {
    return this.#events.listenerCount(name) > 0;
  }

  tell<E extends keyof T & string>(name: E, ...args: T[E]): void {
    for (const listener of this.#events.listeners(name)) {
      try {
        (listener as (...args: T[E]) => void)(...args);
      } catch (error) {
        process.nextTick(() => {
          throw error;
        });
      }
    }
  }
}
