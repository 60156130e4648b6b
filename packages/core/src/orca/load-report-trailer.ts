import type { CallStatus } from '../load/load.js';
import { decodeOrcaLoadReport } from './decode-orca-load-report.js';
import { LOAD_REPORT_TRAILER, type OrcaLoadReport } from './orca-load-report.js';

/**
 * The report that came with the end of a call, if there is one. With several of them nobody knows which is whose (a pod
 * may have forwarded that of another server), so none counts, as in grpc-go.
 */
export function loadReportOf(status: CallStatus): OrcaLoadReport | undefined {
  const [report, other] = status.metadata.get(LOAD_REPORT_TRAILER);
  return report instanceof Uint8Array && other === undefined ? decodeOrcaLoadReport(report) : undefined;
}
