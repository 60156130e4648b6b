/** A call that has not got its first response message, in its place among those of one member. */
export interface AwaitedCall {
  readonly begunAt: number;
  older: AwaitedCall | undefined;
  newer: AwaitedCall | undefined;
}

/** The calls of one member that wait for their first response, in the order of their begin. Nothing is allocated for them. */
export class AwaitedCalls {
  #oldest: AwaitedCall | undefined;
  #newest: AwaitedCall | undefined;

  /** How long the oldest one waits, in ms; 0 when none does. */
  longestWaitAt(now: number): number {
    return this.#oldest === undefined ? 0 : Math.max(0, now - this.#oldest.begunAt);
  }

  add(call: AwaitedCall): void {
    call.older = this.#newest;
    if (this.#newest === undefined) this.#oldest = call;
    else this.#newest.newer = call;
    this.#newest = call;
  }

  /** Once for each that was added. */
  delete(call: AwaitedCall): void {
    const { newer, older } = call;
    if (older === undefined) this.#oldest = newer;
    else older.newer = newer;
    if (newer === undefined) this.#newest = older;
    else newer.older = older;
    call.older = undefined;
    call.newer = undefined;
  }
}
