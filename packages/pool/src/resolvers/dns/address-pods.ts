import { endpointAt } from '@fairlead/core';
import type { FoundPods, Lookup, PodLookup } from './lookup.js';

/** Every address of a host is a pod, all on one port. */
export class AddressPods implements PodLookup {
  readonly #host: string;
  readonly #port: number;
  readonly #lookup: Lookup;

  constructor(host: string, port: number, lookup: Lookup) {
    this.#host = host;
    this.#port = port;
    this.#lookup = lookup;
  }

  async find(): Promise<FoundPods> {
    const { addresses, ...found } = await this.#lookup.resolve(this.#host);
    return { ...found, endpoints: addresses.map((host) => endpointAt({ kind: 'tcp', host, port: this.#port })) };
  }

  cancel(): void {
    this.#lookup.cancel();
  }
}
