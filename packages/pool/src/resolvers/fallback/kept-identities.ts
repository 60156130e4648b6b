import { formatAddress, type Endpoint, type EndpointAttributes } from '@fairlead/core';

/**
 * Keeps pods the same when the source changes. A watch knows a pod by its uid, DNS by its address: taken as they come, every
 * connection would be made anew at each change, in the middle of trouble.
 *
 * So the first answer of another source is compared by address with what was told last: who has the address of a known pod is
 * that pod, under the identity that it had, with what was known of it. From then on the source's own identities decide.
 */
export class KeptIdentities {
  /** Of the source in use: its own id → the pod that was told. */
  readonly #aliases = new Map<string, Endpoint>();
  #source: unknown;
  #told: readonly Endpoint[] = [];

  /** @param source who says so, compared by identity. */
  translate(source: unknown, endpoints: readonly Endpoint[]): readonly Endpoint[] {
    if (source === this.#source) this.#forget(endpoints);
    else this.#adopt(endpoints);
    this.#source = source;
    this.#told = this.#aliases.size === 0 ? endpoints : endpoints.map((endpoint) => this.#under(endpoint));
    return this.#told;
  }

  #under(endpoint: Endpoint): Endpoint {
    const known = this.#aliases.get(endpoint.id);
    if (known === undefined) return endpoint;
    return { ...endpoint, id: known.id, attributes: { ...lasting(known.attributes), ...endpoint.attributes } };
  }

  #adopt(endpoints: readonly Endpoint[]): void {
    const byAddress = new Map<string, Endpoint>();
    for (const known of this.#told) for (const address of known.addresses) byAddress.set(formatAddress(address), known);
    this.#aliases.clear();
    const taken = new Set<string>();
    for (const endpoint of endpoints) {
      const known = endpoint.addresses.map((address) => byAddress.get(formatAddress(address))).find(Boolean);
      // Two that claim to be the same pod are not.
      if (known === undefined || taken.has(known.id)) continue;
      taken.add(known.id);
      this.#aliases.set(endpoint.id, known);
    }
  }

  /** Who was gone and comes again is another one. */
  #forget(endpoints: readonly Endpoint[]): void {
    if (this.#aliases.size === 0) return;
    const present = new Set(endpoints.map(({ id }) => id));
    for (const id of this.#aliases.keys()) if (!present.has(id)) this.#aliases.delete(id);
  }
}

/** What is true of a pod as long as it lives. */
function lasting(attributes: EndpointAttributes): EndpointAttributes {
  const { ready: _ready, serving: _serving, terminating: _terminating, ...others } = attributes;
  return others;
}
