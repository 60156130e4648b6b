import type { Clock, Timer } from '@fairlead/core';

/** A wait that can be cut short. One at a time. */
export class Pause {
  readonly #clock: Clock;
  #current: { readonly firm: boolean; readonly end: () => void; endsAt: number; timer: Timer } | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** @param firm nobody may shorten it. @param signal ends it. */
  async wait(delayMs: number, firm: boolean, signal: AbortSignal): Promise<void> {
    if (signal.aborted) return;
    await new Promise<void>((resolve) => {
      const end = (): void => {
        this.#current?.timer.cancel();
        this.#current = undefined;
        signal.removeEventListener('abort', end);
        resolve();
      };
      signal.addEventListener('abort', end);
      const timer = this.#clock.schedule(delayMs, end);
      this.#current = { firm, end, endsAt: this.#clock.now() + delayMs, timer };
    });
  }

  /** Ends it at `time` if it would end later. */
  hurry(time: number): void {
    const current = this.#current;
    if (current === undefined || current.firm || current.endsAt <= time) return;
    current.timer.cancel();
    current.endsAt = time;
    current.timer = this.#clock.schedule(time - this.#clock.now(), current.end);
  }
}
