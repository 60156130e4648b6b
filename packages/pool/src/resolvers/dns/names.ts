import { readText } from './read-text.js';
import { cancelled, saysNone } from './dns-failure.js';
import { candidates, parseResolvConf, type SearchRules } from './resolv-conf.js';

/** An answer, and the name that it was given for. */
export interface NamedAnswer<T> {
  readonly name: string;
  readonly answer: T;
}

/** Which names are to be asked for when a user says `host`. */
export interface Names {
  /** Asks for one after another until there is an answer. Rejects with the last error. */
  ask<T>(host: string, query: (name: string) => Promise<T>): Promise<NamedAnswer<T>>;
  /** What is under way asks for no further name. */
  cancel(): void;
}

/** The host as it is, for a server that the user named: it knows nothing of this machine's search list. */
export const exactNames: Names = {
  ask: async (host, query) => {
    const name = withoutFinalDot(host);
    return { name, answer: await query(name) };
  },
  cancel: () => undefined,
};

/**
 * The search list of `/etc/resolv.conf`, as getaddrinfo goes through it (resolv.conf(5), `ndots`), with one difference:
 * the name that answered the last time is asked for first. With the `ndots:5` of Kubernetes, each look-up of
 * `api.example.com` would otherwise begin with three queries for names that do not exist; so only the first one does. A
 * name that ceases to exist is searched for anew.
 */
export class SearchedNames implements Names {
  readonly #rules: () => Promise<SearchRules>;
  #lastName: string | undefined;
  /** Grows with each cancel: a search that began before one goes no further. */
  #cancels = 0;

  /** @param rules asked before each search: resolv.conf may change while a process runs. */
  constructor(rules = systemRules) {
    this.#rules = rules;
  }

  async ask<T>(host: string, query: (name: string) => Promise<T>): Promise<NamedAnswer<T>> {
    const begunAt = this.#cancels;
    const list = candidates(host, await this.#rules());
    let lastError: unknown;
    for (const name of this.#inOrder(list)) {
      if (this.#cancels !== begunAt) break;
      try {
        const answer = await query(name);
        this.#lastName = name;
        return { name, answer };
      } catch (error) {
        lastError = error;
        // Who could not find out whether there is such a name must not take the next one for it.
        if (!saysNone(error)) break;
      }
    }
    if (this.#cancels === begunAt) throw lastError as Error;
    throw cancelled(host, lastError);
  }

  cancel(): void {
    this.#cancels += 1;
  }

  #inOrder(list: readonly string[]): readonly string[] {
    const last = this.#lastName;
    return last !== undefined && list.includes(last) ? [last, ...list.filter((name) => name !== last)] : list;
  }
}

async function systemRules(): Promise<SearchRules> {
  return parseResolvConf(await readText('/etc/resolv.conf'));
}

export function withoutFinalDot(name: string): string {
  return name.replace(/\.$/, '');
}
