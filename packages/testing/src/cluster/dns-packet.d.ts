/** The part of dns-packet 5.6 that is used here; the package has no types of its own. */
declare module 'dns-packet' {
  export interface Question {
    readonly type: string;
    readonly name: string;
    readonly class?: string;
  }

  export interface ARecord {
    readonly type: 'A';
    readonly name: string;
    readonly ttl: number;
    readonly data: string;
  }

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

  export interface OptRecord {
    readonly type: 'OPT';
    readonly name: '.';
    readonly udpPayloadSize: number;
    readonly options: readonly [];
  }

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

  export const AUTHORITATIVE_ANSWER: number;
  export const TRUNCATED_RESPONSE: number;
  export const RECURSION_DESIRED: number;

  export function encode(packet: Omit<Packet, 'rcode' | 'flag_tc'>): Buffer;
  export function decode(message: Uint8Array): Packet;
  export function streamEncode(packet: Omit<Packet, 'rcode' | 'flag_tc'>): Buffer;
}
