/** How a field is written (protobuf encoding). Groups (3 and 4) are of proto2 and have no place here. */
export const WIRE = Object.freeze({ varint: 0, fixed64: 1, bytes: 2, fixed32: 5 });

/** Bytes that are no protobuf message. */
export class MalformedMessage extends Error {}

const LONGEST_VARINT = 10;
const utf8 = new TextDecoder();

/**
 * Reads one protobuf message field by field. It trusts nothing: whatever the bytes are, it ends within their length, and
 * what is no message throws {@link MalformedMessage}.
 *
 * Why not protobufjs: the core has no dependency, and needs two messages of nine fields.
 */
export class WireReader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #at = 0;
  /** Number and wire type of the field that {@link next} found. */
  field = 0;
  wire = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** Goes to the next field, whose value must then be read or skipped. */
  next(): boolean {
    if (this.#at >= this.#bytes.length) return false;
    const tag = this.#varint();
    this.field = tag >>> 3;
    this.wire = tag & 7;
    if (this.field === 0) throw new MalformedMessage('field 0');
    return true;
  }

  double(): number {
    const at = this.#take(8);
    return this.#view.getFloat64(at, true);
  }

  /** The lower 32 bits, unsigned: an enum, whose values are small. */
  enumeration(): number {
    return this.#varint();
  }

  bytes(): Uint8Array {
    const length = this.#varint();
    const at = this.#take(length);
    return this.#bytes.subarray(at, at + length);
  }

  text(): string {
    return utf8.decode(this.bytes());
  }

  skip(): void {
    if (this.wire === WIRE.varint) this.#varint();
    else if (this.wire === WIRE.fixed64) this.#take(8);
    else if (this.wire === WIRE.bytes) this.bytes();
    else if (this.wire === WIRE.fixed32) this.#take(4);
    else throw new MalformedMessage(`wire type ${this.wire}`);
  }

  /** The lower 32 bits of a varint, unsigned: enough for tags and lengths, whose upper bits nobody sets. */
  #varint(): number {
    let value = 0;
    for (let read = 0; read < LONGEST_VARINT; read++) {
      const byte = this.#bytes[this.#take(1)]!;
      if (read < 5) value |= (byte & 0x7f) << (7 * read);
      if (byte < 0x80) return value >>> 0;
    }
    throw new MalformedMessage('a varint of more than ten bytes');
  }

  #take(length: number): number {
    const at = this.#at;
    if (length > this.#bytes.length - at) throw new MalformedMessage('ends too early');
    this.#at = at + length;
    return at;
  }
}
