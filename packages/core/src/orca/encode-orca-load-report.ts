import type { OrcaLoadReport } from './orca-load-report.js';
import { WireWriter } from './wire-writer.js';

/** A report to be sent: what is left out is not known. Maps may be plain objects. */
export type OrcaLoadReportFields = {
  readonly [K in keyof OrcaLoadReport]?: OrcaLoadReport[K] extends number ? number : NamedNumbers;
};

type NamedNumbers = Readonly<Record<string, number>> | ReadonlyMap<string, number>;

/**
 * Serializes a load report as a server sends it: in the trailer {@link LOAD_REPORT_TRAILER} of a call, or as a message of
 * `StreamCoreMetrics`. Numbers are written as they are: whoever measures knows what is sensible, and clients check.
 *
 * @example
 * const trailer = new grpc.Metadata();
 * trailer.set(LOAD_REPORT_TRAILER, Buffer.from(encodeOrcaLoadReport({ applicationUtilization: 0.4, qps: 120 })));
 * callback(null, response, trailer);
 */
export function encodeOrcaLoadReport(report: OrcaLoadReportFields): Uint8Array {
  const writer = new WireWriter();
  writer.double(1, report.cpuUtilization ?? 0).double(2, report.memUtilization ?? 0);
  writeMap(writer, 4, report.requestCost);
  writeMap(writer, 5, report.utilization);
  writer.double(6, report.qps ?? 0).double(7, report.eps ?? 0);
  writeMap(writer, 8, report.namedMetrics);
  return writer.double(9, report.applicationUtilization ?? 0).finish();
}

function writeMap(writer: WireWriter, field: number, map: NamedNumbers = {}): void {
  const entries = map instanceof Map ? map : Object.entries(map);
  for (const [key, value] of entries as Iterable<[string, number]>) {
    writer.message(field, new WireWriter().text(1, key).double(2, value));
  }
}
