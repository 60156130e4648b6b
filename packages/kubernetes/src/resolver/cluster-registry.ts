import type { Clock } from '@fairlead/core';
import { Cluster, type ClusterOptions } from './cluster.js';

/** A share in a cluster. */
export interface ClusterLease {
  readonly cluster: Cluster;
  /** Given back by the last one, the cluster is closed. Once. */
  release(): void;
}

interface Shared {
  readonly cluster: Cluster;
  leases: number;
}

/** The clusters in use in this process. By clock, so that virtual times do not meet. */
const inUse = new WeakMap<Clock, Map<string, Shared>>();

/** The cluster of this key: the one that somebody already has, or a new one. */
export function leaseCluster(key: string, options: ClusterOptions): ClusterLease {
  const clusters = inUse.get(options.clock) ?? new Map<string, Shared>();
  inUse.set(options.clock, clusters);
  const shared = clusters.get(key) ?? { cluster: new Cluster(options), leases: 0 };
  clusters.set(key, shared);
  shared.leases += 1;
  return {
    cluster: shared.cluster,
    release: () => {
      shared.leases -= 1;
      if (shared.leases > 0) return;
      clusters.delete(key);
      shared.cluster.close();
    },
  };
}
