import * as dns from 'node:dns/promises';
import { dnsClient } from './dns-client.js';
import { cancelled, saysNone } from './dns-failure.js';
import { addressesIn } from './hosts-file.js';
import type { Lookup, LookupResult } from './lookup.js';
import { SearchedNames } from './names.js';
import { hasOtherSources } from './nsswitch.js';
import { readText } from './read-text.js';
import { RecordLookup } from './record-lookup.js';

/**
 * What `dns.lookup` (getaddrinfo) would find, with the TTL that it hides: `/etc/hosts` first, then the DNS with the
 * search list of `/etc/resolv.conf`, so that `localhost` and the short names of Kubernetes (`greeter`, `greeter.prod`)
 * mean what they mean to every other program of the pod.
 *
 * Where the DNS cannot be asked (no resolv.conf, no server that answers), `dns.lookup` itself answers. Where the DNS says
 * that there is no such name, it is asked only if it has sources of another kind: it would ask the DNS for the whole
 * search list once more.
 */
export class SystemLookup implements Lookup {
  readonly #names = new SearchedNames();
  readonly #records = new RecordLookup(dnsClient());
  #cancels = 0;

  async resolve(host: string): Promise<LookupResult> {
    const begunAt = this.#cancels;
    const fromHosts = addressesIn(await readText('/etc/hosts'), host);
    if (this.#cancels !== begunAt) throw cancelled(host);
    if (fromHosts.length > 0) return { addresses: fromHosts, ttlSeconds: undefined, name: undefined };
    try {
      const { answer } = await this.#names.ask(host, (name) => this.#records.resolve(name));
      return answer;
    } catch (error) {
      if (this.#cancels !== begunAt || (saysNone(error) && !(await mayKnowMore()))) throw error;
      return this.#askSystem(host, error);
    }
  }

  cancel(): void {
    this.#cancels += 1;
    this.#names.cancel();
    this.#records.cancel();
  }

  async #askSystem(host: string, recordError: unknown): Promise<LookupResult> {
    try {
      const found = await dns.lookup(host, { all: true });
      const family = found.some((one) => one.family === 4) ? 4 : 6;
      const addresses = [...new Set(found.filter((one) => one.family === family).map((one) => one.address))];
      return { addresses, ttlSeconds: undefined, name: undefined };
    } catch {
      throw recordError;
    }
  }
}

async function mayKnowMore(): Promise<boolean> {
  return process.platform !== 'linux' || hasOtherSources(await readText('/etc/nsswitch.conf'));
}
