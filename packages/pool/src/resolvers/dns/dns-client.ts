import { Resolver } from 'node:dns/promises';

/** Time for one try and number of tries at each server; c-ares doubles the time from try to try. */
const TRY_TIMEOUT_MS = 2_000;
const TRIES = 2;

/**
 * Asks DNS servers (c-ares): UDP first, TCP after a truncated answer, each server twice, 2 s and 4 s. It asks for exactly
 * the names that it is given, and remembers nothing.
 *
 * c-ares drops answers to another query or question. The names of the records *in* an answer it does not compare with the
 * question: whoever may answer decides where calls go, as everywhere in the DNS. TLS is what tells the right pods from others.
 *
 * @param servers `ip:port` of those to ask, or undefined for those of the system.
 */
export function dnsClient(servers?: readonly string[]): Resolver {
  const client = new Resolver({ timeout: TRY_TIMEOUT_MS, tries: TRIES });
  if (servers) client.setServers(servers);
  return client;
}
