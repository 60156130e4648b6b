/** Why a member was not connected, and when, in monotonic ms. */
export interface MemberError {
  readonly cause: string;
  readonly at: number;
}

/** The last error of a member: it is the reason why the member is not connected, until that is over. */
export class MemberErrors {
  #last: MemberError | undefined;
  #over = true;

  note(cause: string, at: number): void {
    this.#last = { cause, at };
    this.#over = false;
  }

  /** It is connected again, or meant to be idle. */
  overcome(): void {
    this.#over = true;
  }

  /** Why the member is not connected. */
  get present(): string | undefined {
    return this.#over ? undefined : this.#last?.cause;
  }

  /** Why it was last not connected, once that is over. */
  get former(): MemberError | undefined {
    return this.#over ? this.#last : undefined;
  }
}
