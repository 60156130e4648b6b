import { custom, InvalidOptionError, type OptionRule } from '@fairlead/core';

/** A number of pods, or a share of `replicas` like `'25%'`. */
export type PodCount = number | `${number}%`;

/** How far a rolling update may deviate from the wanted number of pods; both are numbers of pods. */
export interface RolloutLimits {
  readonly replicas: number;
  readonly maxUnavailable: number;
  readonly maxSurge: number;
}

const PERCENT = /^(\d+)%$/;

/**
 * Turns shares into pods as Kubernetes does: a surge is rounded up, what may be missing is rounded down, and when both
 * come out as zero one pod may be missing, because the update could not take a single step otherwise
 * (`ResolveFenceposts` of the deployment controller).
 */
export function rolloutLimits(replicas: number, maxUnavailable: PodCount, maxSurge: PodCount): RolloutLimits {
  const surge = Math.ceil(toPods(maxSurge, replicas));
  const missing = Math.floor(toPods(maxUnavailable, replicas));
  return { replicas, maxSurge: surge, maxUnavailable: surge === 0 && missing === 0 ? 1 : missing };
}

function toPods(value: PodCount, replicas: number): number {
  return typeof value === 'number' ? value : (Number(value.slice(0, -1)) * replicas) / 100;
}

/** The option rule for a {@link PodCount}. */
export function podCount(defaultCount: PodCount): OptionRule<PodCount> {
  return custom((value, name) => {
    if (value === undefined) return defaultCount;
    if (Number.isSafeInteger(value) && (value as number) >= 0) return value as number;
    if (typeof value === 'string' && PERCENT.test(value)) return value as `${number}%`;
    throw new InvalidOptionError(name, value, 'an integer ≥ 0, or a percentage like "25%"');
  });
}
