import * as dnsPacket from 'dns-packet';

/** One question of a query. */
export interface Question {
  readonly type: string;
  readonly name: string;
  readonly class?: string;
}

/** An IPv4 address. */
export interface ARecord {
  readonly type: 'A';
  readonly name: string;
  readonly ttl: number;
  readonly data: string;
}

/** Start of a zone; in an empty answer it says for how long that may be cached. */
export interface SoaRecord {
  readonly type: 'SOA';
  readonly name: string;
  readonly ttl: number;
  readonly data: {
    readonly mname: string;
    readonly rname: string;
    readonly serial: number;
    readonly refresh: number;
    readonly retry: number;
    readonly expire: number;
    readonly minimum: number;
  };
}

/** EDNS: how long an answer over UDP may be. */
export interface OptRecord {
  readonly type: 'OPT';
  readonly name: '.';
  readonly udpPayloadSize: number;
  readonly options: readonly [];
}

/** A DNS message: the part of it that is used here. */
export interface Packet {
  readonly id: number;
  readonly type: 'query' | 'response';
  readonly flags: number;
  readonly questions: readonly Question[];
  readonly answers: readonly ARecord[];
  readonly authorities: readonly SoaRecord[];
  readonly additionals: readonly (OptRecord | { readonly type: string })[];
  /** Of decoded packets: `NOERROR`, `NXDOMAIN`, … */
  readonly rcode?: string;
  readonly flag_tc?: boolean;
}

/** A message that is to be sent. */
export type OutgoingPacket = Omit<Packet, 'rcode' | 'flag_tc'>;

export const AUTHORITATIVE_ANSWER: number = dnsPacket.AUTHORITATIVE_ANSWER;
export const TRUNCATED_RESPONSE: number = dnsPacket.TRUNCATED_RESPONSE;
export const RECURSION_DESIRED: number = dnsPacket.RECURSION_DESIRED;

/** The bytes of a message for UDP. */
export function encode(packet: OutgoingPacket): Buffer {
  return dnsPacket.encode(packet);
}

/** The bytes for TCP: two bytes of length first. */
export function streamEncode(packet: OutgoingPacket): Buffer {
  return dnsPacket.streamEncode(packet);
}

/** @throws Error when the bytes are no DNS message. */
export function decode(message: Uint8Array): Packet {
  return dnsPacket.decode(message) as Packet;
}
