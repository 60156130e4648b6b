import type { connectivityState } from '@grpc/grpc-js';
import type { Clock, Timer } from '@fairlead/core';

interface Watcher {
  readonly from: connectivityState;
  readonly callback: (error?: Error) => void;
  timer: Timer | undefined;
}

/** `watchConnectivityState` over the pool's aggregate: each watcher is called once, at the first change or its deadline. */
export class ConnectivityWatch {
  readonly #watchers = new Set<Watcher>();
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** @param current the state now; a watcher that waits to leave another one is called on the next tick. */
  add(
    from: connectivityState,
    current: connectivityState,
    deadline: Date | number,
    callback: (error?: Error) => void,
  ): void {
    const watcher: Watcher = { from, callback, timer: undefined };
    this.#watchers.add(watcher);
    if (from !== current) return process.nextTick(() => this.#call(watcher));
    const at = Number(deadline);
    if (at === Infinity) return;
    // Somebody awaits this (`waitForReady` of a client), so the process must not exit under it.
    watcher.timer = this.#clock.schedule(
      at - this.#clock.epochNow(),
      () => this.#call(watcher, new Error('Deadline passed without connectivity state change')),
      true,
    );
  }

  changed(current: connectivityState): void {
    for (const watcher of [...this.#watchers]) if (watcher.from !== current) this.#call(watcher);
  }

  #call(watcher: Watcher, error?: Error): void {
    if (!this.#watchers.delete(watcher)) return;
    watcher.timer?.cancel();
    try {
      watcher.callback(error);
    } catch (thrown) {
      // An uncaught exception of its own: it must not stop the change that it was told of half-way.
      process.nextTick(() => {
        throw thrown;
      });
    }
  }
}
