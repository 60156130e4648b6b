import type { Resolver } from 'node:dns/promises';
import { dnsCode, dnsFailure, saysNone } from './dns-failure.js';
import type { Lookup, LookupResult } from './lookup.js';

type Family = 4 | 6;
type Answer =
  | { readonly ok: true; readonly addresses: readonly string[]; readonly ttlSeconds: number }
  | { readonly ok: false; readonly code: string };

/**
 * A and AAAA look-ups by DNS messages, which tell the TTL.
 *
 * One family is used: a pod that has an address of each must not become two pods. It is IPv4 when there is any A record,
 * and a family once found stays as long as its look-up does not say that it is gone. The other family is asked for only
 * then: half the queries, and a server that swallows AAAA queries delays nobody.
 */
export class RecordLookup implements Lookup {
  readonly #client: Resolver;
  #family: Family | undefined;

  constructor(client: Resolver) {
    this.#client = client;
  }

  async resolve(host: string): Promise<LookupResult> {
    const family = this.#family ?? 4;
    const current = await this.#ask(host, family);
    if (current.ok) return this.#use(host, family, current);
    // A family that could not be asked is not a family that is gone.
    const mayBeGone = this.#family === undefined || saysNone(current);
    if (!mayBeGone || current.code === 'ECANCELLED') throw failure(host, current.code);
    const other = await this.#ask(host, family === 4 ? 6 : 4);
    if (other.ok) return this.#use(host, family === 4 ? 6 : 4, other);
    const unknown = saysNone(current) && !saysNone(other);
    throw failure(host, unknown ? other.code : current.code);
  }

  cancel(): void {
    this.#client.cancel();
  }

  #use(host: string, family: Family, { addresses, ttlSeconds }: Answer & { readonly ok: true }): LookupResult {
    this.#family = family;
    return { addresses, ttlSeconds, name: host.replace(/\.$/, '') };
  }

  async #ask(host: string, family: Family): Promise<Answer> {
    try {
      const records =
        family === 4
          ? await this.#client.resolve4(host, { ttl: true })
          : await this.#client.resolve6(host, { ttl: true });
      // A CNAME that leads nowhere is an empty answer.
      if (records.length === 0) return { ok: false, code: 'ENODATA' };
      const ttlSeconds = Math.min(...records.map((record) => record.ttl));
      return { ok: true, addresses: [...new Set(records.map((record) => record.address))], ttlSeconds };
    } catch (error) {
      return { ok: false, code: dnsCode(error) };
    }
  }
}

function failure(host: string, code: string): NodeJS.ErrnoException {
  return dnsFailure(host, code, 'A or AAAA');
}
