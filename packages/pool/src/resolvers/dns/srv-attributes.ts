import type { EndpointAttributes } from '@fairlead/core';

/** The figures of an SRV record (RFC 2782). */
export interface SrvFigures {
  /** Lower is served first. */
  readonly priority: number;
  /** A share among the records of the same priority; 0 is a very small one beside others, and nothing among zeros. */
  readonly weight: number;
}

/**
 * What the balancing policies are told of each record, in the same order. Priorities become 0, 1, 2 in their order: the
 * numbers of SRV records are often tens. A weight of 0 beside others becomes 1, the smallest that there is; where all
 * weights are the same, as in Kubernetes, none is told.
 */
export function srvAttributes(records: readonly SrvFigures[]): readonly EndpointAttributes[] {
  const priorities = [...new Set(records.map(({ priority }) => priority))].sort((a, b) => a - b);
  const weighted = new Set(records.map(({ weight }) => weight)).size > 1;
  return records.map(({ priority, weight }) => ({
    ...(priorities.length > 1 && { priority: priorities.indexOf(priority) }),
    ...(weighted && { weight: Math.max(1, weight) }),
  }));
}
