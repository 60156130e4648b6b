import type { OrcaLoadReport } from '../../orca/orca-load-report.js';
import type { MetricReader } from './metric-reader.js';

/** What a weight is computed with. */
export interface ReportReading {
  /** How much an error rate of 1 adds to the utilization. */
  readonly errorUtilizationPenalty: number;
  /** What the utilization is, before the usual metrics. */
  readonly metrics: readonly MetricReader[];
}

/**
 * The weight of a member from what it reports (gRFC A58, A114): calls per second for each unit of utilization, so as many
 * as it could answer at full load.
 *
 * @returns 0 where the report says nothing of the kind.
 */
export function weightOfReport(report: OrcaLoadReport, reading: ReportReading): number {
  const { qps, eps } = report;
  const utilization = utilizationOf(report, reading.metrics);
  if (!(utilization > 0 && qps > 0)) return 0;
  const weight = qps / (utilization + (eps / qps) * reading.errorUtilizationPenalty);
  // Two sensible numbers may make one that is not.
  return weight < Infinity ? weight : 0;
}

/** The largest of the named metrics; without any of them what the application says, else the CPU. */
function utilizationOf(report: OrcaLoadReport, metrics: readonly MetricReader[]): number {
  let largest = 0;
  for (const read of metrics) largest = Math.max(largest, read(report));
  return largest || report.applicationUtilization || report.cpuUtilization;
}
