import * as dns from 'node:dns/promises';
import { readFile } from 'node:fs/promises';
import { addressesIn } from './hosts-file.js';
import type { Lookup, LookupResult } from './lookup.js';
import { RecordLookup } from './record-lookup.js';
import { candidates, parseResolvConf } from './resolv-conf.js';

/**
 * What `dns.lookup` (getaddrinfo) would find, with the TTL that it hides: `/etc/hosts` first, then the DNS with the
 * search list of `/etc/resolv.conf`, so that `localhost` and the short names of Kubernetes (`greeter`, `greeter.prod`)
 * mean what they mean to every other program of the pod.
 *
 * Where the DNS cannot be asked at all (no resolv.conf, a name service that is not DNS), `dns.lookup` itself answers.
 */
export class SystemLookup implements Lookup {
  readonly #records = new RecordLookup();
  /** Grows with each cancel: a look-up that began before one goes no further. */
  #cancels = 0;

  async resolve(host: string): Promise<LookupResult> {
    const begunAt = this.#cancels;
    const fromHosts = addressesIn(await readText('/etc/hosts'), host);
    if (fromHosts.length > 0) return { addresses: fromHosts, ttlSeconds: undefined };
    const names = candidates(host, parseResolvConf(await readText('/etc/resolv.conf')));
    let lastError: NodeJS.ErrnoException | undefined;
    for (const name of names) {
      if (this.#cancels !== begunAt) break;
      try {
        return await this.#records.resolve(name);
      } catch (error) {
        lastError = error as NodeJS.ErrnoException;
        if (lastError.code !== 'ENOTFOUND' && lastError.code !== 'ENODATA') break;
      }
    }
    if (this.#cancels !== begunAt) throw new Error(`DNS look-up of ${host} was cancelled`, { cause: lastError });
    return this.#askSystem(host, lastError);
  }

  cancel(): void {
    this.#cancels += 1;
    this.#records.cancel();
  }

  async #askSystem(host: string, recordError: NodeJS.ErrnoException | undefined): Promise<LookupResult> {
    try {
      const found = await dns.lookup(host, { all: true });
      const family = found.some((one) => one.family === 4) ? 4 : 6;
      const addresses = found.filter((one) => one.family === family).map((one) => one.address);
      return { addresses, ttlSeconds: undefined };
    } catch (error) {
      throw recordError ?? error;
    }
  }
}

async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch {
    return '';
  }
}
