import type { DisconnectReason } from './disconnect-reason.js';

/** Share of the first backoff step that a connection must have lived for its GOAWAY not to be one "at once". */
const AT_ONCE_RATIO = 0.1;

/**
 * Which connections ended so young that the next attempt waits by backoff: a server that accepts and hangs up must not be
 * met in a tight loop.
 *
 * A GOAWAY is no such end, whatever the age (a server may have a MAX_CONNECTION_AGE of less than a second, gRFC A9): the
 * streams go on, and the replacement connects at once. Only where it comes at once, and the second time in a row, is the
 * server taken for one that does not want us. So a member connects at most ten times in the first step of the backoff.
 */
export class ShortLives {
  readonly #shortMs: number;
  /** The last connection got its GOAWAY at once. */
  #unwanted = false;

  /** @param shortMs the first step of the backoff. */
  constructor(shortMs: number) {
    this.#shortMs = shortMs;
  }

  /** To be asked once for each connection that ended. */
  mustBackOff(livedMs: number, reason: DisconnectReason): boolean {
    const before = this.#unwanted;
    this.#unwanted = reason === 'GOAWAY' && livedMs < this.#shortMs * AT_ONCE_RATIO;
    if (reason === 'GOAWAY') return before && this.#unwanted;
    return livedMs < this.#shortMs;
  }
}
