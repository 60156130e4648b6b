import { WireWriter } from './wire-writer.js';

/** Longest `google.protobuf.Duration`, in seconds. */
const MAX_SECONDS = 315_576_000_000;

/**
 * Serializes `xds.service.orca.v3.OrcaLoadReportRequest`, which asks a server for its reports.
 * @param intervalMs how often, at least 0; a server has a minimum of its own, which 0 asks for.
 */
export function encodeOrcaLoadReportRequest(intervalMs: number): Uint8Array {
  const seconds = Math.min(Math.floor(intervalMs / 1_000), MAX_SECONDS);
  const nanos = seconds === MAX_SECONDS ? 0 : Math.floor((intervalMs - seconds * 1_000) * 1e6);
  const interval = new WireWriter().integer(1, seconds).integer(2, nanos);
  return new WireWriter().message(1, interval).finish();
}
