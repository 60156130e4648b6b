import type { VirtualClock } from '@fairlead/testing';
import type { Pool } from '../../src/pool.js';
import type { Reactions } from './reactions.js';

/** Somebody who waits for a change of the pool's state, or for it to be ready. */
interface Waiter {
  readonly what: string;
  /** By when it is told, in monotonic ms. */
  readonly by: number;
  /** A timer keeps the process alive for it. */
  readonly keepsAlive: boolean;
  told: number;
}

/** What a pool tells those who listen to it and wait for it. */
export class Told {
  drained = 0;
  rotated = 0;
  closed = 0;
  readonly #pool: Pool;
  readonly #reactions: Reactions;
  readonly #complain: (what: string) => void;
  #waiters: Waiter[] = [];

  /** @param listens to all events; otherwise to `closed` alone. */
  constructor(
    pool: Pool,
    reactions: Reactions,
    listens: boolean,
    complain: (what: string) => void,
    onClosed: () => void,
  ) {
    this.#pool = pool;
    this.#reactions = reactions;
    this.#complain = complain;
    pool.on('closed', () => {
      this.closed += 1;
      onClosed();
    });
    if (listens) this.#listen();
  }

  get waiters(): readonly Waiter[] {
    return (this.#waiters = this.#waiters.filter(({ told }) => told === 0));
  }

  watch(clock: VirtualClock, forMs: number): void {
    const waiter = this.#wait('a watcher', clock.now() + forMs, forMs < Infinity);
    const deadline = clock.epochNow() + forMs;
    this.#pool.watchConnectivityState(this.#pool.getConnectivityState(false), deadline, () => {
      this.#tell(waiter);
      this.#reactions.come('change');
    });
  }

  ready(clock: VirtualClock, timeoutMs: number): void {
    const waiter = this.#wait('ready()', clock.now() + timeoutMs, true);
    const settled = (): void => this.#tell(waiter);
    this.#pool.ready({ timeoutMs }).then(settled, settled);
  }

  #wait(what: string, by: number, keepsAlive: boolean): Waiter {
    const waiter = { what, by, keepsAlive, told: 0 };
    this.#waiters.push(waiter);
    return waiter;
  }

  #tell(waiter: Waiter): void {
    waiter.told += 1;
    if (waiter.told > 1) this.#complain(`${waiter.what} was told twice`);
  }

  #listen(): void {
    const reactions = this.#reactions;
    this.#pool
      .on('state', () => reactions.come('state'))
      .on('member', () => reactions.come('member'))
      .on('endpoints', () => reactions.come('endpoints'))
      .on('drained', () => {
        this.drained += 1;
        reactions.come('drained');
      })
      .on('rotated', () => {
        this.rotated += 1;
        reactions.come('rotated');
      })
      .on('rotationCut', () => undefined)
      .on('keepaliveThrottled', () => undefined)
      .on('stall', () => undefined)
      .on('resolverError', () => undefined)
      .on('warning', () => undefined);
  }
}
