/** What the binary format carries of a span context. */
export interface BinarySpanContext {
  /** 32 hexadecimal digits. */
  readonly traceId: string;
  /** 16 hexadecimal digits. */
  readonly spanId: string;
  /** Bit 0: sampled. */
  readonly traceFlags: number;
}

const VERSION = 0;
const TRACE_ID = { field: 0, bytes: 16 };
const SPAN_ID = { field: 1, bytes: 8 };
const FLAGS = { field: 2, bytes: 1 };

/** The 29 bytes of the OpenCensus binary encoding of a trace context, version 0 (opencensus-specs, BinaryEncoding.md). */
export function encodeTraceBin({ traceId, spanId, traceFlags }: BinarySpanContext): Buffer {
  return Buffer.concat([
    Buffer.from([VERSION, TRACE_ID.field]),
    Buffer.from(traceId, 'hex'),
    Buffer.from([SPAN_ID.field]),
    Buffer.from(spanId, 'hex'),
    Buffer.from([FLAGS.field, traceFlags]),
  ]);
}

/** @returns undefined for another version, and when a field is cut off. Fields may be missing; unknown ones end it. */
export function decodeTraceBin(bytes: Uint8Array): BinarySpanContext | undefined {
  if (bytes[0] !== VERSION) return undefined;
  const found = new Map<number, Buffer>();
  for (let at = 1; at < bytes.length;) {
    const known = [TRACE_ID, SPAN_ID, FLAGS].find(({ field }) => field === bytes[at]);
    if (known === undefined) break;
    const value = Buffer.from(bytes.subarray(at + 1, at + 1 + known.bytes));
    if (value.length < known.bytes) return undefined;
    found.set(known.field, value);
    at += 1 + known.bytes;
  }
  const hex = (field: number): string => found.get(field)?.toString('hex') ?? '';
  return { traceId: hex(0), spanId: hex(1), traceFlags: found.get(FLAGS.field)?.[0] ?? 0 };
}
