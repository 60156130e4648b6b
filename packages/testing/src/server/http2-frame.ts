const HEADER_BYTES = 9;
const RST_STREAM = 3;
const GOAWAY = 7;

/**
 * A GOAWAY frame (RFC 9113 §6.8) as bytes. Node.js's own `session.goaway()` takes a last stream of 0 to mean the newest
 * one, so that "I have worked on none" cannot be said with it.
 */
export function goawayFrame(lastStreamId: number, code: number, debugData: string): Buffer {
  const debug = Buffer.from(debugData);
  const payload = Buffer.alloc(8 + debug.length);
  payload.writeUInt32BE(lastStreamId, 0);
  payload.writeUInt32BE(code, 4);
  debug.copy(payload, 8);
  return frame(GOAWAY, 0, payload);
}

/**
 * An RST_STREAM frame (RFC 9113 §6.4) as bytes. Node.js's own `stream.close(code)` ends an answer that has begun before
 * it resets it, and a client takes the end for the answer.
 */
export function rstStreamFrame(streamId: number, code: number): Buffer {
  const payload = Buffer.alloc(4);
  payload.writeUInt32BE(code);
  return frame(RST_STREAM, streamId, payload);
}

function frame(type: number, streamId: number, payload: Buffer): Buffer {
  const header = Buffer.alloc(HEADER_BYTES);
  header.writeUIntBE(payload.length, 0, 3);
  header.writeUInt8(type, 3);
  header.writeUInt32BE(streamId, 5);
  return Buffer.concat([header, payload]);
}
