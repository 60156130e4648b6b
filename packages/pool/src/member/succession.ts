import type { Attempt } from './connection-attempt.js';
import type { MemberContext, RotationReason } from './member-context.js';

/** gRFC A9: the age of each connection is jittered, so that connections made together do not end together. */
const JITTER_RATIO = 0.1;

/** When the present connection of a member is due for replacement, and the one that will take its place. */
export class Succession {
  readonly #context: MemberContext;
  #backoff;
  #dueAt = Infinity;
  #reason: RotationReason = 'age';
  /** Of the present connection; undefined while there is none. */
  #credentialsRevision: number | undefined;
  #attempt: Attempt | undefined;

  constructor(context: MemberContext) {
    this.#context = context;
    this.#backoff = context.backoff;
  }

  /** Monotonic ms; `Infinity` while there is nothing to replace. */
  get dueAt(): number {
    return this.#dueAt;
  }

  /** Why the present connection is or will be due. */
  get reason(): RotationReason {
    return this.#reason;
  }

  get underWay(): boolean {
    return this.#attempt !== undefined;
  }

  /** A connection has begun: from now on it ages. The credentials may have changed while it was being made. */
  begin(credentialsRevision: number): void {
    const { clock, maxConnectionAgeMs, random } = this.#context;
    this.#backoff = this.#context.backoff;
    this.#credentialsRevision = credentialsRevision;
    this.#reason = 'age';
    if (maxConnectionAgeMs < Infinity) {
      this.#dueAt = clock.now() + maxConnectionAgeMs * (1 - JITTER_RATIO + 2 * JITTER_RATIO * random.next());
    }
    this.renew();
  }

  /** A connection that was made with older credentials than the present ones is due at once. */
  renew(): void {
    const newest = this.#context.credentialsRevision();
    if (this.#credentialsRevision === undefined || this.#credentialsRevision === newest) return;
    this.#dueAt = this.#context.clock.now();
    this.#reason = 'credentials';
  }

  start(attempt: Attempt): void {
    this.#attempt = attempt;
  }

  is(attempt: Attempt): boolean {
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
  end(): Attempt | undefined {
    const attempt = this.#attempt;
    this.#attempt = undefined;
    this.#dueAt = Infinity;
    this.#credentialsRevision = undefined;
    return attempt;
  }
}
