/** The part of resolv.conf(5) that turns a short name into candidates. */
export interface SearchRules {
  /** Domains to append, in order. */
  readonly search: readonly string[];
  /** A name with at least this many dots is tried as it is first. Default 1, at most 15. */
  readonly ndots: number;
}

export function parseResolvConf(text: string): SearchRules {
  let search: readonly string[] = [];
  let ndots = 1;
  for (const line of text.split('\n')) {
    const [keyword, ...values] = line
      .replace(/[#;].*$/, '')
      .trim()
      .split(/\s+/);
    // The last of `search` and `domain` wins.
    if (keyword === 'search') search = values;
    if (keyword === 'domain') search = values.slice(0, 1);
    if (keyword !== 'options') continue;
    for (const option of values) {
      const match = /^ndots:(\d+)$/.exec(option);
      if (match) ndots = Math.min(Number(match[1]), 15);
    }
  }
  return { search, ndots };
}

/**
 * Names to ask for, in order. A final dot makes a name absolute and saves the queries for the search list: with the
 * `ndots:5` of Kubernetes they are three or four for each look-up.
 */
export function candidates(host: string, { search, ndots }: SearchRules): readonly string[] {
  if (host.endsWith('.')) return [host.slice(0, -1)];
  const searched = search.map((domain) => `${host}.${domain.replace(/\.$/, '')}`);
  const dots = host.split('.').length - 1;
  return dots >= ndots ? [host, ...searched] : [...searched, host];
}
