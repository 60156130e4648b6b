export { ChannelMetrics } from './channel-metrics.js';
export type { BulkheadFigures, MetricsSource, PoolFigures } from './channel-report.js';
export { INSTRUMENTS, type InstrumentGroup, type InstrumentName, type InstrumentSpec } from './instruments.js';
export type { MemberFigures } from './member-series.js';
export {
  resolveMetricsOptions,
  type MeterProviderLike,
  type MetricsOptions,
  type OptionalLabel,
  type ResolvedMetricsOptions,
} from './metrics-options.js';
