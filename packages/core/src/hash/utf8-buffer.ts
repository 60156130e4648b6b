const KEPT_BYTES = 4_096;
/** UTF-8 needs at most three bytes for a UTF-16 code unit. */
const BYTES_PER_UNIT = 3;
const encoder = new TextEncoder();
const kept = new Uint8Array(KEPT_BYTES);

/**
 * The UTF-8 bytes of a text, as they stand at the beginning of a buffer that is used again by the next call. A text that does
 * not fit gets a buffer of its own, so that one long key does not take memory for ever. Lone surrogates count as U+FFFD.
 */
export interface Utf8Bytes {
  bytes: Uint8Array;
  length: number;
}

const answer: Utf8Bytes = { bytes: kept, length: 0 };

/** The answer is valid until the next call. */
export function utf8BytesOf(text: string): Utf8Bytes {
  const units = text.length;
  answer.bytes = kept;
  answer.length = units;
  if (units > KEPT_BYTES) return encodeLong(text);
  // Keys are short and mostly ASCII, where a call of the encoder costs more than its work.
  for (let index = 0; index < units; index += 1) {
    const unit = text.charCodeAt(index);
    if (unit > 0x7f) return encode(text);
    kept[index] = unit;
  }
  return answer;
}

function encode(text: string): Utf8Bytes {
  if (text.length * BYTES_PER_UNIT > KEPT_BYTES) return encodeLong(text);
  answer.length = encoder.encodeInto(text, kept).written;
  return answer;
}

function encodeLong(text: string): Utf8Bytes {
  answer.bytes = encoder.encode(text);
  answer.length = answer.bytes.length;
  return answer;
}
