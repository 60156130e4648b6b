import type { RolloutLimits } from './rollout-limits.js';

/** What the deployment controller knows of a ReplicaSet. */
export interface ReplicaSetView {
  /** Pods it was told to have. */
  readonly desired: number;
  /** Pods of it that are available: ready, for long enough, and not being deleted. */
  readonly available: number;
}

/** Pods that each ReplicaSet is to have from now on. */
export interface RolloutPlan {
  readonly newest: number;
  /** In the order of the input. */
  readonly old: readonly number[];
}

/**
 * The next step of a rolling update, exactly as the deployment controller of Kubernetes takes it
 * (`pkg/controller/deployment/rolling.go`): if the newest ReplicaSet can be changed, that is the step; if not, the old
 * ones are reduced. Unhealthy old pods go first, whatever their set; then the sets in order of their age.
 *
 * Pods that are being deleted count for nothing, as in Kubernetes: for the length of their grace time more processes
 * can run than `replicas + maxSurge`.
 *
 * Not modelled: pausing, and scaling in proportion when `replicas` changes in the middle of an update (the change goes
 * to the newest set here).
 *
 * @param old oldest first.
 */
export function planRollout(
  limits: RolloutLimits,
  newest: ReplicaSetView,
  old: readonly ReplicaSetView[],
): RolloutPlan {
  const desired = planNewest(limits, newest, old);
  if (desired !== newest.desired) return { newest: desired, old: old.map((set) => set.desired) };
  return { newest: desired, old: planOld(limits, newest, old) };
}

/** `NewRSNewReplicas`. */
function planNewest(limits: RolloutLimits, newest: ReplicaSetView, old: readonly ReplicaSetView[]): number {
  if (newest.desired >= limits.replicas) return limits.replicas;
  const room = limits.replicas + limits.maxSurge - newest.desired - sum(old, 'desired');
  return newest.desired + Math.max(0, Math.min(room, limits.replicas - newest.desired));
}

/** `reconcileOldReplicaSets`. */
function planOld(limits: RolloutLimits, newest: ReplicaSetView, old: readonly ReplicaSetView[]): readonly number[] {
  const minAvailable = limits.replicas - limits.maxUnavailable;
  const newestUnavailable = newest.desired - newest.available;
  const removable = newest.desired + sum(old, 'desired') - minAvailable - newestUnavailable;
  if (removable <= 0) return old.map((set) => set.desired);
  // `cleanupUnhealthyReplicas`: pods that serve nobody can go without anybody's noticing.
  const cleaned = reduce(old, removable, (set) => set.desired - set.available);
  // `scaleDownOldReplicaSetsForRollingUpdate`.
  const spare = newest.available + sum(old, 'available') - minAvailable;
  return reduce(cleaned, spare, (set) => set.desired).map((set) => set.desired);
}

/** Takes up to `total` pods from the sets, one after another, and from each at most what `limit` says. */
function reduce(
  sets: readonly ReplicaSetView[],
  total: number,
  limit: (set: ReplicaSetView) => number,
): readonly ReplicaSetView[] {
  let left = Math.max(0, total);
  return sets.map((set) => {
    const taken = Math.max(0, Math.min(left, limit(set)));
    left -= taken;
    return { desired: set.desired - taken, available: set.available };
  });
}

function sum(sets: readonly ReplicaSetView[], field: keyof ReplicaSetView): number {
  return sets.reduce((total, set) => total + set[field], 0);
}
