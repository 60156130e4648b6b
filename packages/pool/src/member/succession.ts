import type { ConnectionAttempt } from './connection-attempt.js';
import type { MemberContext } from './member-context.js';

/** gRFC A9: the age of each connection is jittered, so that connections made together do not end together. */
const JITTER_RATIO = 0.1;

/** When the present connection of a member is due for replacement, and the one that will take its place. */
export class Succession {
  readonly #context: MemberContext;
  #backoff;
  #dueAt = Infinity;
  #attempt: ConnectionAttempt | undefined;

  constructor(context: MemberContext) {
    this.#context = context;
    this.#backoff = context.backoff;
  }

  /** Monotonic ms; `Infinity` while there is nothing to replace. */
  get dueAt(): number {
    return this.#dueAt;
  }

  get underWay(): boolean {
    return this.#attempt !== undefined;
  }

  /** A connection has begun: from now on it ages. */
  begin(): void {
    const { clock, maxConnectionAgeMs, random } = this.#context;
    this.#backoff = this.#context.backoff;
    if (maxConnectionAgeMs === Infinity) return;
    this.#dueAt = clock.now() + maxConnectionAgeMs * (1 - JITTER_RATIO + 2 * JITTER_RATIO * random.next());
  }

  start(attempt: ConnectionAttempt): void {
    this.#attempt = attempt;
  }

  is(attempt: ConnectionAttempt): boolean {
    return this.#attempt === attempt;
  }

  /** The attempt failed: the present connection stays, and the next attempt waits by backoff. */
  postpone(): void {
    const { clock, random } = this.#context;
    this.#attempt = undefined;
    this.#dueAt = clock.now() + this.#backoff.delayMs(random);
    this.#backoff = this.#backoff.next();
  }

  /** There is no connection to succeed any more. Answers the attempt that was under way, which somebody must use or abandon. */
  end(): ConnectionAttempt | undefined {
    const attempt = this.#attempt;
    this.#attempt = undefined;
    this.#dueAt = Infinity;
    return attempt;
  }
}
