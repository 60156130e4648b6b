import {
  ChannelMetrics,
  type BulkheadFigures,
  type PolicyContext,
  type ResolvedMetricsOptions,
} from '@fairlead/interceptors';
import type { Pool } from '@fairlead/pool';

/** The policies with those that measure, as long as the pool lives; the same policies when nothing is measured. */
export function withMetrics(
  policies: PolicyContext,
  options: ResolvedMetricsOptions | undefined,
  pool: Pool,
): PolicyContext {
  if (options === undefined) return policies;
  const { breakers, clock, retry } = policies;
  const bulkheads = { all: () => bulkheadsOf(policies) };
  const metrics = new ChannelMetrics(options, pool.getTarget(), clock);
  metrics.observe({ pool: () => pool.snapshot(), budget: retry.budget, clock, breakers, bulkheads });
  pool.on('closed', () => metrics.close());
  return { ...policies, metrics };
}

function bulkheadsOf({ bulkheads, concurrencyLimits, channelWide }: PolicyContext): Iterable<BulkheadFigures> {
  return [...bulkheads.all(), ...concurrencyLimits.all(), ...channelWide.limits()];
}
