/** Decodes `%XX` sequences as UTF-8; undefined when one is malformed or the bytes are not UTF-8. */
export function percentDecode(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

/** Unreserved characters, sub-delims, and `:` `[` `]` `@`: what RFC 3986 §3.2 lets an authority hold unescaped. */
const KEPT = /[A-Za-z0-9\-_.~!$&'()*+,;=:[\]@]/;

/**
 * Percent-encodes what must not stand in an `:authority` header, in upper-case hex, as grpc-go's `encodeAuthority`
 * does. A name that is a legal authority already stays as it is.
 */
export function encodeAuthority(name: string): string {
  let encoded = '';
  for (const byte of new TextEncoder().encode(name)) {
    const character = String.fromCharCode(byte);
    encoded += KEPT.test(character) ? character : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
  }
  return encoded;
}
