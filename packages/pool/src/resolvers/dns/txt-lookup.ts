import type { Resolver } from 'node:dns/promises';
import { dnsCode, dnsFailure, saysNone } from './dns-failure.js';

/** Asks for TXT records, once. */
export interface TxtLookup {
  /**
   * @returns the strings of each record; no record where there is none, or no such name.
   * Rejects when that could not be found out.
   */
  find(name: string): Promise<readonly (readonly string[])[]>;
  /** Gives up what is under way; its promise rejects. */
  cancel(): void;
}

/** By DNS messages. Its client must be its own: to cancel it cancels whatever that asks for. */
export class RecordTxtLookup implements TxtLookup {
  readonly #client: Resolver;

  constructor(client: Resolver) {
    this.#client = client;
  }

  async find(name: string): Promise<readonly (readonly string[])[]> {
    try {
      return await this.#client.resolveTxt(name);
    } catch (error) {
      if (saysNone(error)) return [];
      throw dnsFailure(name, dnsCode(error), 'TXT');
    }
  }

  cancel(): void {
    this.#client.cancel();
  }
}
