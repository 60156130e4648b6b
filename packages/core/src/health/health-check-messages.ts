import { MalformedMessage, WIRE, WireReader } from '../orca/wire-reader.js';
import { WireWriter } from '../orca/wire-writer.js';

/** What a server says of a service on `grpc.health.v1.Health/Watch`, by number. */
const WATCH_STATUSES = ['UNKNOWN', 'SERVING', 'NOT_SERVING', 'SERVICE_UNKNOWN'] as const;

/** Serializes `grpc.health.v1.HealthCheckRequest`. @param service its name; `''` is the whole server. */
export function encodeHealthCheckRequest(service: string): Uint8Array {
  return new WireWriter().text(1, service).finish();
}

/**
 * The status of a serialized `grpc.health.v1.HealthCheckResponse`: its name, or the number where it has none that is known. Only
 * `SERVING` is good news.
 *
 * Never throws: a server may send anything.
 *
 * @returns undefined for bytes that are no message.
 */
export function decodeHealthCheckResponse(bytes: Uint8Array): string | undefined {
  try {
    let status = 0;
    const reader = new WireReader(bytes);
    while (reader.next()) {
      if (reader.field === 1 && reader.wire === WIRE.varint) status = reader.enumeration();
      else reader.skip();
    }
    return WATCH_STATUSES[status] ?? String(status);
  } catch (error) {
    if (error instanceof MalformedMessage) return undefined;
    throw error;
  }
}
