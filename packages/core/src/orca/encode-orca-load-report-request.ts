import { WireWriter } from './wire-writer.js';

/** Longest `google.protobuf.Duration`, in seconds. */
const MAX_SECONDS = 315_576_000_000;

/**
 * Serializes `xds.service.orca.v3.OrcaLoadReportRequest`, which asks a server for its reports.
 * @param intervalMs how often. 0, and what is no time at all, is left out: it means the server's minimum or default, while
 * there are servers that take 0 at its word (grpc-js 1.14).
 */
export function encodeOrcaLoadReportRequest(intervalMs: number): Uint8Array {
  const request = new WireWriter();
  if (!(intervalMs > 0)) return request.finish();
  const seconds = Math.min(Math.floor(intervalMs / 1_000), MAX_SECONDS);
  const nanos = seconds === MAX_SECONDS ? 0 : Math.floor((intervalMs - seconds * 1_000) * 1e6);
  return request.message(1, new WireWriter().integer(1, seconds).integer(2, nanos)).finish();
}
