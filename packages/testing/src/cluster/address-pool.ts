import { randomInt } from 'node:crypto';

/**
 * Addresses of one cluster: 127.x.y.1 is the cluster's own, pods get 127.x.y.2 and up, then those of 127.x.(y+1), and so
 * on. Linux answers on all of 127.0.0.0/8 without any set-up.
 */
export class AddressPool {
  readonly #x: number;
  readonly #y: number;
  #given = 0;

  private constructor(x: number, y: number) {
    this.#x = x;
    this.#y = y;
  }

  /**
   * A network drawn at random, whatever the cluster's seed: two clusters with one seed must not share addresses, not
   * even one after the other, because clients keep state (backoff, statistics) per address.
   */
  static random(): AddressPool {
    return new AddressPool(randomInt(1, 255), randomInt(0, 240));
  }

  /** The address of the cluster itself. */
  get own(): string {
    return `127.${this.#x}.${this.#y}.1`;
  }

  /** The next address, never given before. */
  next(): string {
    const offset = 1 + ++this.#given;
    return `127.${this.#x}.${this.#y + Math.floor(offset / 254)}.${(offset % 254) + (offset < 254 ? 0 : 1)}`;
  }
}
