/** Why a member was not ready, and when, in monotonic ms. */
export interface MemberError {
  readonly cause: string;
  readonly at: number;
}

/**
 * The last error of a member: it is the reason why the member is not ready, until that is over. One that failed is failing
 * until it is ready again (gRPC connectivity semantics).
 */
export class MemberErrors {
  #last: MemberError | undefined;
  #over = true;
  #failing = false;

  get failing(): boolean {
    return this.#failing;
  }

  note(cause: string, at: number): void {
    this.#last = { cause, at };
    this.#over = false;
  }

  /** As {@link note}, and it failed. */
  fail(cause: string, at: number): void {
    this.note(cause, at);
    this.#failing = true;
  }

  /** It is ready again, or meant to be idle. */
  overcome(): void {
    this.#failing = false;
    this.#over = true;
  }

  /** Why the member is not ready. */
  get present(): string | undefined {
    return this.#over ? undefined : this.#last?.cause;
  }

  /** Why it was last not ready, once that is over. */
  get former(): MemberError | undefined {
    return this.#over ? this.#last : undefined;
  }
}
