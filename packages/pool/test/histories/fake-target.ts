import type { Endpoint, Resolver, ResolverFactory, ResolverListener, ResolverState } from '@fairlead/core';

export type Answer =
  | { readonly kind: 'state'; readonly state: ResolverState; readonly startedAt: number }
  | { readonly kind: 'error'; readonly error: unknown; readonly startedAt: number };

/**
 * The target of a pool, and its resolvers: says what a history wants said, and knows which pods the pool must know.
 *
 * Last known good: an error, nonsense, or an empty answer after one that was not changes nothing.
 */
export class FakeTarget {
  readonly factory: ResolverFactory = {
    schemes: ['test'],
    create: () => this.#create(),
  };
  /** Ids of the pods of the last good answer. */
  known: ReadonlySet<string> = new Set();
  throwsFrom: 'start' | 'refresh' | 'close' | undefined;
  readonly #answersRefresh: boolean;
  readonly #now: () => number;
  readonly #onLeft: (ids: readonly string[]) => void;
  readonly #listeners: ResolverListener[] = [];
  #live: ResolverListener | undefined;
  #newest: Answer | undefined;
  #heardGood = false;

  /** @param onLeft is told which pods have left before the pool is. */
  constructor(answersRefresh: boolean, now: () => number, onLeft: (ids: readonly string[]) => void) {
    this.#answersRefresh = answersRefresh;
    this.#now = now;
    this.#onLeft = onLeft;
  }

  get live(): boolean {
    return this.#live !== undefined;
  }

  tell(answer: Answer): void {
    this.#newest = answer;
    const listener = this.#live;
    if (listener === undefined) return;
    if (answer.kind === 'state' && this.#isGood(answer)) this.#adopt(answer.state.endpoints);
    send(listener, answer);
  }

  /** A resolver that was closed, or answers for the second time, says something. Only the newest one counts. */
  tellLate(answer: Answer): void {
    for (const listener of this.#listeners) if (listener !== this.#live) send(listener, answer);
  }

  /** The pool is closed: it knows no pod any more. */
  forget(): void {
    this.#adopt([]);
  }

  #create(): Resolver {
    let listener: ResolverListener | undefined;
    return {
      start: (given) => {
        listener = this.#live = given;
        this.#listeners.push(given);
        this.#throw('start');
        if (this.#newest !== undefined) this.tell(this.#newest);
      },
      refresh: () => {
        this.#throw('refresh');
        if (this.#answersRefresh && this.#newest) this.tell({ ...this.#newest, startedAt: this.#now() });
      },
      close: () => {
        if (this.#live === listener) this.#live = undefined;
        this.#throw('close');
      },
    };
  }

  #throw(where: typeof this.throwsFrom): void {
    if (this.throwsFrom !== where) return;
    this.throwsFrom = undefined;
    throw new Error(`the resolver throws from ${where}`);
  }

  #isGood({ state, startedAt }: Extract<Answer, { kind: 'state' }>): boolean {
    const isValid = Number.isFinite(startedAt) && state.endpoints.every(({ addresses }) => addresses.length > 0);
    // An invalid service config spoils the first answer only (gRFC A21).
    const good = isValid && (this.#heardGood || state.serviceConfig !== BAD_CONFIG);
    this.#heardGood ||= good;
    return good && state.endpoints.length > 0;
  }

  #adopt(endpoints: readonly Endpoint[]): void {
    const before = this.known;
    this.known = new Set(endpoints.map(({ id }) => id));
    this.#onLeft([...before].filter((id) => !this.known.has(id)));
  }
}

/** The service config that the taker of a history does not take. */
export const BAD_CONFIG = 'bad';

export function takeConfig(config: unknown): void {
  if (config === BAD_CONFIG) throw new Error('a bad service config');
}

function send(listener: ResolverListener, answer: Answer): void {
  if (answer.kind === 'state') listener.onState(answer.state, answer.startedAt);
  else listener.onError(answer.error as Error, answer.startedAt);
}
