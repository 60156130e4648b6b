import type { Connection } from '../client/connection.js';
import type { Engine } from '../engine/engine.js';
import type { Invariant } from './invariant.js';
import { InvariantViolation } from './invariant-violation.js';

/** (vi) The connection of a member that left is closed in time. One for all clients: it looks after every event. */
export class DrainInvariant {
  readonly #engine: Engine;
  readonly #dueAt = new Map<Connection, number>();
  /** No connection is due before. */
  #nextDueAt = Infinity;

  constructor(engine: Engine) {
    this.#engine = engine;
  }

  /** Watches a client that grants this much, in ms. */
  watch(graceMs: number): Invariant {
    return {
      drainStarted: (connection) => {
        const dueAt = this.#engine.now + graceMs;
        this.#dueAt.set(connection, dueAt);
        this.#nextDueAt = Math.min(this.#nextDueAt, dueAt);
      },
      connectionClosed: (connection) => void this.#dueAt.delete(connection),
    };
  }

  /** After every event of the simulation, whoever caused it. */
  stepped(now: number): void {
    if (now <= this.#nextDueAt) return;
    this.#nextDueAt = Math.min(...this.#dueAt.values());
    if (now > this.#nextDueAt) throw new InvariantViolation('vi', `open at ${now}, due at ${this.#nextDueAt}`);
  }
}
