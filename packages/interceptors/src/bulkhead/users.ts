/** More are not kept: whoever makes paths up at run time must not fill the memory. */
const MAX_PATHS = 1_000;

/** Which methods have a bulkhead, so that one that nobody has any more is not told of. */
export class Users {
  readonly #paths = new Set<string>();
  #gone = false;

  /** No method has it any more. */
  get gone(): boolean {
    return this.#gone;
  }

  add(path: string): void {
    this.#gone = false;
    if (this.#paths.size < MAX_PATHS) this.#paths.add(path);
  }

  /** Other rules are in force. @param has whether a method has it still. */
  review(has: (path: string) => boolean): void {
    this.#gone = ![...this.#paths].some(has);
  }
}
