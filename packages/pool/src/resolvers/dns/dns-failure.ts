/** Codes of answers that say "there is no such record", as opposed to "I could not find out". */
const NO_RECORD = new Set(['ENODATA', 'ENOTFOUND']);

const MEANINGS: Readonly<Record<string, string>> = {
  ENOTFOUND: 'the name does not exist (NXDOMAIN)',
  ESERVFAIL: 'the server failed (SERVFAIL)',
  EREFUSED: 'the server refused to answer (REFUSED)',
  EFORMERR: 'the server did not understand the query (FORMERR)',
  ENOTIMP: 'the server does not serve such queries (NOTIMP)',
  EBADRESP: 'the server answered with nonsense',
  ETIMEOUT: 'no answer in time',
  ECONNREFUSED: 'no DNS server can be reached',
  EBADNAME: 'no name that the DNS can be asked for',
};

/** An Error with the code of Node's DNS and a text that says what it means. */
export function dnsFailure(host: string, code: string, records: string): NodeJS.ErrnoException {
  const meaning = code === 'ENODATA' ? `the name has no ${records} record` : (MEANINGS[code] ?? code);
  return Object.assign(new Error(`DNS look-up of ${host}: ${meaning}`), { code });
}

/** The code of an error of Node's DNS. */
export function dnsCode(error: unknown): string {
  return (error as NodeJS.ErrnoException | undefined)?.code ?? String(error);
}

/** Whether the DNS said that there is no such record. */
export function saysNone(error: unknown): boolean {
  return NO_RECORD.has(dnsCode(error));
}

/** What a look-up ends with that was given up. */
export function cancelled(host: string, cause?: unknown): NodeJS.ErrnoException {
  return Object.assign(new Error(`DNS look-up of ${host} was cancelled`, { cause }), { code: 'ECANCELLED' });
}
