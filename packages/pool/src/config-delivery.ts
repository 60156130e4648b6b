import type { ResolverState } from '@fairlead/core';

/**
 * Takes the service config of each answer of the resolver before its endpoints are adopted; undefined when it has none.
 * Throws when the config is invalid.
 */
export type ServiceConfigTaker = (config: unknown) => void;

/**
 * The way of a resolver's service config to what is built on the pool. What an invalid one does (gRFC A21): the endpoints
 * that came with it are adopted and the last good config stays; but when no answer was good before, it counts as a failed
 * look-up, because nobody can know how calls are to be made.
 */
export class ConfigDelivery {
  readonly #target: string;
  readonly #warn: (code: string, message: string) => void;
  #taker: ServiceConfigTaker | undefined;
  /** What was warned of last: a resolver that is asked every few seconds says the same again. */
  #warned: string | undefined;

  constructor(target: string, warn: (code: string, message: string) => void) {
    this.#target = target;
    this.#warn = warn;
  }

  take(taker: ServiceConfigTaker): void {
    this.#taker = taker;
  }

  /**
   * @param first no answer was good before.
   * @throws what the taker throws, when it is the first.
   */
  deliver(state: Pick<ResolverState, 'serviceConfig' | 'serviceConfigError'>, first: boolean): void {
    if (state.serviceConfigError !== undefined) return this.#unknown(state.serviceConfigError);
    const config = state.serviceConfig;
    if (this.#taker === undefined) {
      if (config === undefined) this.#warned = undefined;
      else this.#once('service-config-ignored', 'a service config, which is not applied');
      return;
    }
    try {
      this.#taker(config);
      this.#warned = undefined;
    } catch (error) {
      if (first) throw error;
      const reason = error instanceof Error ? error.message : String(error);
      this.#once('service-config-invalid', `an invalid service config; the last good one stays in use: ${reason}`);
    }
  }

  /** Also at the start: who has no TXT records must not be without service because their server cannot answer for them. */
  #unknown(error: Error): void {
    if (this.#taker === undefined) return;
    this.#tell(
      'service-config-unknown',
      `the resolver of ${this.#target} could not find out the service config; the one in force stays: ${error.message}`,
    );
  }

  #once(code: string, what: string): void {
    this.#tell(code, `the resolver of ${this.#target} sent ${what}`);
  }

  #tell(code: string, message: string): void {
    if (message === this.#warned) return;
    this.#warned = message;
    this.#warn(code, message);
  }
}
