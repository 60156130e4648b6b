/** Hands out addresses of a /24. The one that was given back first comes first, so that in a long run they are used again. */
export class PodAddresses {
  #free;

  constructor(prefix, count = 60) {
    this.#free = Array.from({ length: count }, (_, index) => `${prefix}.${index + 1}`);
  }

  take() {
    const address = this.#free.shift();
    if (address === undefined) throw new Error('no address is left for another pod');
    return address;
  }

  giveBack(address) {
    this.#free.push(address);
  }
}
