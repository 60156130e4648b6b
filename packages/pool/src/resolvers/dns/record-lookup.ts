import { Resolver } from 'node:dns/promises';
import type { Lookup, LookupResult } from './lookup.js';

/** Time for one try and number of tries at each server; c-ares doubles the time from try to try. */
const TRY_TIMEOUT_MS = 2_000;
const TRIES = 2;

/** Answers that say "there is no such record", as opposed to "I could not find out". */
const NO_RECORD = new Set(['ENODATA', 'ENOTFOUND']);

type Family = 4 | 6;
type Answer = { readonly ok: true; readonly result: LookupResult } | { readonly ok: false; readonly code: string };

/**
 * A and AAAA look-ups by DNS messages (c-ares), which tell the TTL.
 *
 * One family is used: a pod that has an address of each must not become two pods. It is IPv4 when there is any A record,
 * and a family once found stays as long as its look-up does not say that it is gone. The other family is asked for only
 * then: half the queries, and a server that swallows AAAA queries delays nobody.
 */
export class RecordLookup implements Lookup {
  readonly #resolver: Resolver;
  #family: Family | undefined;

  /** @param servers `ip:port` of the DNS servers to ask, or undefined for those of the system. */
  constructor(servers?: readonly string[]) {
    this.#resolver = new Resolver({ timeout: TRY_TIMEOUT_MS, tries: TRIES });
    if (servers) this.#resolver.setServers(servers);
  }

  async resolve(host: string): Promise<LookupResult> {
    const family = this.#family ?? 4;
    const current = await this.#ask(host, family);
    if (current.ok) return this.#use(family, current.result);
    // A family that could not be asked is not a family that is gone.
    const mayBeGone = this.#family === undefined || NO_RECORD.has(current.code);
    if (!mayBeGone || current.code === 'ECANCELLED') throw failure(host, current.code);
    const other = await this.#ask(host, family === 4 ? 6 : 4);
    if (other.ok) return this.#use(family === 4 ? 6 : 4, other.result);
    const unknown = !other.ok && NO_RECORD.has(current.code) && !NO_RECORD.has(other.code);
    throw failure(host, unknown ? other.code : current.code);
  }

  cancel(): void {
    this.#resolver.cancel();
  }

  #use(family: Family, result: LookupResult): LookupResult {
    this.#family = family;
    return result;
  }

  async #ask(host: string, family: Family): Promise<Answer> {
    try {
      const records =
        family === 4
          ? await this.#resolver.resolve4(host, { ttl: true })
          : await this.#resolver.resolve6(host, { ttl: true });
      if (records.length === 0) return { ok: false, code: 'ENODATA' };
      const ttlSeconds = Math.min(...records.map((record) => record.ttl));
      return { ok: true, result: { addresses: records.map((record) => record.address), ttlSeconds } };
    } catch (error) {
      return { ok: false, code: (error as NodeJS.ErrnoException).code ?? String(error) };
    }
  }
}

/** An Error with the code of Node's DNS and a text that says what it means. */
function failure(host: string, code: string): NodeJS.ErrnoException {
  const meaning: Record<string, string> = {
    ENOTFOUND: 'the name does not exist (NXDOMAIN)',
    ENODATA: 'the name has no A or AAAA record',
    ESERVFAIL: 'the server failed (SERVFAIL)',
    ETIMEOUT: 'no answer in time',
    ECONNREFUSED: 'no DNS server can be reached',
  };
  return Object.assign(new Error(`DNS look-up of ${host}: ${meaning[code] ?? code}`), { code });
}
