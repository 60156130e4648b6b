import type { OrcaLoadReport } from '../../orca/orca-load-report.js';

/** Reads one metric of a report; 0 where it is not there. */
export type MetricReader = (report: OrcaLoadReport) => number;

const PLAIN: ReadonlyMap<string, MetricReader> = new Map([
  ['application_utilization', (report: OrcaLoadReport) => report.applicationUtilization],
  ['cpu_utilization', (report: OrcaLoadReport) => report.cpuUtilization],
  ['mem_utilization', (report: OrcaLoadReport) => report.memUtilization],
]);

/** What {@link metricReader} knows, in words. */
export const METRIC_NAMES = [...PLAIN.keys(), 'named_metrics.*', 'utilization.*'].join(', ');

/**
 * The reader of a metric by its name in the protobuf message, as in gRFC A114: a field, or `named_metrics.key` and
 * `utilization.key`. The first dot ends the name of the map; further ones belong to the key.
 *
 * @returns undefined when there is no such metric.
 */
export function metricReader(name: string): MetricReader | undefined {
  const [, map, key] = /^(named_metrics|utilization)\.(.+)$/s.exec(name) ?? [];
  if (key === undefined) return PLAIN.get(name);
  return map === 'utilization'
    ? (report) => report.utilization.get(key) ?? 0
    : (report) => report.namedMetrics.get(key) ?? 0;
}
