/** The part of dns-packet 5.6 that is used here, by `dns-codec.ts` alone; the package has no types of its own. */
declare module 'dns-packet' {
  export const AUTHORITATIVE_ANSWER: number;
  export const TRUNCATED_RESPONSE: number;
  export const RECURSION_DESIRED: number;
  export function encode(packet: object): Buffer;
  export function streamEncode(packet: object): Buffer;
  export function decode(message: Uint8Array): unknown;
}
