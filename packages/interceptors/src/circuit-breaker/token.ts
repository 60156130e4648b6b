type Resolve = () => void;
type Reject = (error: Error) => void;

/**
 * What opossum is given instead of a promise. It calls `then(…).catch(…)` on it, and is told the outcome in the same turn
 * of the event loop in which the call ends, where a promise would tell it some microtasks later.
 */
export interface Token {
  then(resolve: Resolve): this;
  catch(reject: Reject): this;
}

/** One error for all failures: nobody reads it, and a stack for each costs more than the rest. */
const FAILURE = new Error('the call failed');

/** A call that has succeeded already. */
export const SUCCEEDED: Token = {
  then(resolve) {
    resolve();
    return this;
  },
  catch() {
    return this;
  },
};

/** A call that has failed already. */
export const FAILED: Token = {
  then() {
    return this;
  },
  catch(reject) {
    reject(FAILURE);
    return this;
  },
};

/** A call whose outcome follows. */
export class ProbeToken implements Token {
  #resolve: Resolve | undefined;
  #reject: Reject | undefined;

  then(resolve: Resolve): this {
    this.#resolve = resolve;
    return this;
  }

  catch(reject: Reject): this {
    this.#reject = reject;
    return this;
  }

  settle(succeeded: boolean): void {
    if (succeeded) this.#resolve?.();
    else this.#reject?.(FAILURE);
  }
}
