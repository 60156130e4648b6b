import {
  AUTHORITATIVE_ANSWER,
  encode,
  RECURSION_DESIRED,
  TRUNCATED_RESPONSE,
  type ARecord,
  type OptRecord,
  type OutgoingPacket,
  type Packet,
  type SoaRecord,
} from './dns-codec.js';

/** What a DNS server knows: one name. */
export interface DnsZone {
  readonly name: string;
  /** IPv4 addresses, in the order in which they are to be told. */
  readonly addresses: readonly string[];
  readonly ttlSeconds: number;
}

/** What a DNS server answers. */
export type DnsResponse = OutgoingPacket;

const SERVFAIL = 2;
const NXDOMAIN = 3;
const REFUSED = 5;

/** Without EDNS, a UDP answer has at most 512 bytes (RFC 1035 §4.2.1). */
const PLAIN_UDP_BYTES = 512;
/** What this server takes, and the largest answer it sends over UDP: it fits any path (DNS flag day 2020). */
const EDNS_UDP_BYTES = 1232;

/**
 * The answer of the Kubernetes DNS for a headless service: one A record per address; NXDOMAIN while there are none; for
 * other record types of the name an empty answer (NODATA); NXDOMAIN for other names. Empty answers carry the SOA record
 * that says for how long they may be cached (RFC 2308).
 */
export function answerQuery(query: Packet, zone: DnsZone): DnsResponse {
  const question = query.questions[0];
  if (question === undefined || query.questions.length > 1) return respond(query, REFUSED, [], []);
  const exists = sameName(question.name, zone.name) && zone.addresses.length > 0;
  const answers: readonly ARecord[] =
    exists && question.type === 'A'
      ? // The question's own spelling: some clients vary the case and check that it comes back.
        zone.addresses.map((data) => ({ type: 'A', name: question.name, ttl: zone.ttlSeconds, data }))
      : [];
  return respond(query, exists ? 0 : NXDOMAIN, answers, answers.length === 0 ? [soa(zone)] : []);
}

/** The answer of a server that is in trouble. */
export function serverFailure(query: Packet): DnsResponse {
  return respond(query, SERVFAIL, [], []);
}

/** The bytes for UDP: without answers and with the flag that sends the client to TCP when they do not fit. */
export function encodeForUdp(query: Packet, response: DnsResponse): Buffer {
  const message = encode(response);
  const limit = Math.min(EDNS_UDP_BYTES, Math.max(PLAIN_UDP_BYTES, ednsOf(query)?.udpPayloadSize ?? 0));
  if (message.byteLength <= limit) return message;
  return encode({ ...response, flags: response.flags | TRUNCATED_RESPONSE, answers: [] });
}

function respond(
  query: Packet,
  rcode: number,
  answers: readonly ARecord[],
  authorities: readonly SoaRecord[],
): DnsResponse {
  return {
    id: query.id,
    type: 'response',
    flags: AUTHORITATIVE_ANSWER | (query.flags & RECURSION_DESIRED) | rcode,
    questions: query.questions,
    answers,
    authorities,
    // A query with EDNS gets an answer with EDNS (RFC 6891 §6.1.1).
    additionals:
      ednsOf(query) === undefined ? [] : [{ type: 'OPT', name: '.', udpPayloadSize: EDNS_UDP_BYTES, options: [] }],
  };
}

function soa({ name, ttlSeconds }: DnsZone): SoaRecord {
  const data = {
    mname: `ns.${name}`,
    rname: `hostmaster.${name}`,
    serial: 1,
    refresh: 7_200,
    retry: 1_800,
    expire: 86_400,
    minimum: ttlSeconds,
  };
  return { type: 'SOA', name, ttl: ttlSeconds, data };
}

function ednsOf(query: Packet): OptRecord | undefined {
  return query.additionals.find((record): record is OptRecord => record.type === 'OPT');
}

function sameName(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}
