import { WIRE } from './wire-reader.js';

/** Writes one protobuf message field by field. What is 0 or empty is left out, as proto3 does. */
export class WireWriter {
  readonly #bytes: number[] = [];

  double(field: number, value: number): this {
    if (value === 0) return this;
    const bytes = new Uint8Array(8);
    new DataView(bytes.buffer).setFloat64(0, value, true);
    return this.#tag(field, WIRE.fixed64).#append(bytes);
  }

  /** A non-negative integer, as `int32`, `int64` and `uint64` write it. */
  integer(field: number, value: number): this {
    return value === 0 ? this : this.#tag(field, WIRE.varint).#varint(value);
  }

  /** A message inside the message. Written when it is empty, too: it is there then. */
  message(field: number, message: WireWriter): this {
    return this.#tag(field, WIRE.bytes).#varint(message.#bytes.length).#append(message.#bytes);
  }

  text(field: number, value: string): this {
    if (value === '') return this;
    const bytes = new TextEncoder().encode(value);
    return this.#tag(field, WIRE.bytes).#varint(bytes.length).#append(bytes);
  }

  finish(): Uint8Array {
    return Uint8Array.from(this.#bytes);
  }

  #tag(field: number, wire: number): this {
    return this.#varint(field * 8 + wire);
  }

  #varint(value: number): this {
    let rest = value;
    for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) this.#bytes.push((rest % 0x80) + 0x80);
    this.#bytes.push(rest);
    return this;
  }

  #append(bytes: Iterable<number>): this {
    for (const byte of bytes) this.#bytes.push(byte);
    return this;
  }
}
