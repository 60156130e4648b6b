import type { Clock, Timer } from '@fairlead/core';

/**
 * Knows whether anybody uses the pool, and tells when nobody has for the idle timeout (gRPC IDLE_TIMEOUT).
 *
 * Calls only count: no timer is set anew for them. The one timer looks when it fires whether the time was quiet, and if
 * not sleeps on until it can have been.
 */
export class Idleness {
  readonly #clock: Clock;
  readonly #timeoutMs: number;
  readonly #onIdle: () => void;
  #users = 0;
  /** Since when nobody has used the pool, unless somebody does now. */
  #quietSince = 0;
  #idleSince: number | undefined;
  #timer: Timer | undefined;
  #closed = false;

  /** @param timeoutMs `Infinity` for never. */
  constructor(clock: Clock, timeoutMs: number, onIdle: () => void) {
    this.#clock = clock;
    this.#timeoutMs = timeoutMs;
    this.#onIdle = onIdle;
  }

  /** For how long the pool has been idle after it was used, in ms; undefined while it is not. */
  get idleForMs(): number | undefined {
    return this.#idleSince === undefined ? undefined : this.#clock.now() - this.#idleSince;
  }

  /** Somebody began to use the pool and will say when that ends. */
  enter(): void {
    this.#users += 1;
  }

  leave(): void {
    this.#users -= 1;
    if (this.#users === 0) this.#quietSince = this.#clock.now();
  }

  /** Somebody asked for connections: the quiet time begins anew. */
  touch(): void {
    this.#quietSince = this.#clock.now();
  }

  /** The pool has connections from now on. Nothing when a listener has closed it while it woke. */
  begin(): void {
    if (this.#closed) return;
    this.#idleSince = undefined;
    this.touch();
    if (this.#timeoutMs < Infinity) this.#look(this.#timeoutMs);
  }

  close(): void {
    this.#closed = true;
    this.#timer?.cancel();
    this.#idleSince = undefined;
  }

  #look(inMs: number): void {
    this.#timer?.cancel();
    this.#timer = this.#clock.schedule(inMs, () => {
      const now = this.#clock.now();
      // The sum and not the difference is compared: a rest that is less than the precision of the time would never be over.
      const idleAt = (this.#users > 0 ? now : this.#quietSince) + this.#timeoutMs;
      if (now < idleAt) return this.#look(idleAt - now);
      this.#idleSince = now;
      this.#onIdle();
    });
  }
}
