import { formatAddress, type Endpoint, type EndpointAttributes } from '@fairlead/core';

/** A pod that was told. */
interface Known {
  readonly id: string;
  /** What is true of it as long as it lives, as the best source knew it. */
  readonly attributes: EndpointAttributes;
  readonly rank: number;
}

/**
 * Keeps pods the same when the source changes. A watch knows a pod by its uid, DNS by its address: taken as they come, every
 * connection would be made anew at each change, in the middle of trouble.
 *
 * So the first answer of another source is compared with what was told last: who has the id, or else the address, of a known pod is
 * that pod, under the identity that it had, with what a better source knew of it. From then on the source's own identities decide.
 */
export class KeptIdentities {
  /** Of the source in use: its own id → the pod that was told. */
  readonly #aliases = new Map<string, Known>();
  #rank: number | undefined;
  #told: readonly Endpoint[] = [];

  /** @param rank of the source who says so: 0 is the best one. */
  translate(rank: number, endpoints: readonly Endpoint[]): readonly Endpoint[] {
    if (rank === this.#rank) this.#forget(endpoints);
    else this.#adopt(endpoints);
    this.#rank = rank;
    this.#told = this.#aliases.size === 0 ? endpoints : endpoints.map((endpoint) => this.#under(endpoint, rank));
    return this.#told;
  }

  #under(endpoint: Endpoint, rank: number): Endpoint {
    const known = this.#aliases.get(endpoint.id);
    if (known === undefined) return endpoint;
    const { id, attributes } = known;
    // A source that is no worse has the last word, also about what it does not say any more.
    return { ...endpoint, id, ...(known.rank < rank && { attributes: { ...attributes, ...endpoint.attributes } }) };
  }

  #adopt(endpoints: readonly Endpoint[]): void {
    const told = this.#known();
    this.#aliases.clear();
    const byId = new Map(told.map((known) => [known.id, known]));
    const byAddress = new Map<string, Known>();
    told.forEach((known, index) => {
      for (const address of this.#told[index]!.addresses) byAddress.set(formatAddress(address), known);
    });
    const taken = new Set<string>();
    const take = (endpoint: Endpoint, known: Known | undefined): void => {
      // Two that claim to be the same pod are not.
      if (known === undefined || taken.has(known.id) || this.#aliases.has(endpoint.id)) return;
      taken.add(known.id);
      this.#aliases.set(endpoint.id, known);
    };
    for (const endpoint of endpoints) take(endpoint, byId.get(endpoint.id));
    for (const endpoint of endpoints) {
      take(endpoint, endpoint.addresses.map((address) => byAddress.get(formatAddress(address))).find(Boolean));
    }
  }

  /** Of each pod that was told, what is known of it, and from whom. */
  #known(): readonly Known[] {
    const inherited = new Map([...this.#aliases.values()].map((known) => [known.id, known]));
    return this.#told.map(({ id, attributes }) => {
      const rank = Math.min(this.#rank!, inherited.get(id)?.rank ?? Infinity);
      return { id, attributes: lasting(attributes), rank };
    });
  }

  /** Who was gone and comes again is another one, and so is who lives under the id of one that comes by itself. */
  #forget(endpoints: readonly Endpoint[]): void {
    if (this.#aliases.size === 0) return;
    const present = new Set(endpoints.map(({ id }) => id));
    for (const [own, { id }] of this.#aliases) {
      if (!present.has(own) || (id !== own && present.has(id))) this.#aliases.delete(own);
    }
  }
}

/** What is true of a pod as long as it lives. */
function lasting(attributes: EndpointAttributes): EndpointAttributes {
  const { ready: _ready, serving: _serving, terminating: _terminating, ...others } = attributes;
  return others;
}
