/**
 * Something that can be aborted on its own, and is when `parent` is. Not `AbortSignal.any`, whose results a long-lived parent
 * keeps in Node.js 20.
 */
export class LinkedAbort {
  readonly #own = new AbortController();
  readonly #parent: AbortSignal;
  readonly #follow = (): void => this.abort();

  constructor(parent: AbortSignal) {
    this.#parent = parent;
    if (parent.aborted) this.#own.abort();
    else parent.addEventListener('abort', this.#follow, { once: true });
  }

  get signal(): AbortSignal {
    return this.#own.signal;
  }

  abort(): void {
    this.release();
    this.#own.abort();
  }

  /** It is over: the parent need not know it any more. */
  release(): void {
    this.#parent.removeEventListener('abort', this.#follow);
  }
}
