import type { FailurePercentageSettings, SuccessRateSettings } from './outlier-detection-options.js';

/** What is known of a member's last interval; a `CallRecord`. */
export interface Judged {
  readonly record: { readonly volume: number; readonly successRatio: number; readonly failurePercentage: number };
}

/** Those whose share of successes is far below the mean (gRFC A50, "Success Rate Algorithm"). */
export function successRateOutliers<M extends Judged>(
  members: readonly M[],
  { minimumHosts, requestVolume, stdevFactor }: SuccessRateSettings,
): readonly M[] {
  const judged = withVolume(members, requestVolume);
  if (judged.length < minimumHosts) return [];
  const ratios = judged.map(({ record }) => record.successRatio);
  // Rounding may put the mean of equal numbers above all of them.
  if (ratios.every((ratio) => ratio === ratios[0])) return [];
  const mean = ratios.reduce((sum, ratio) => sum + ratio, 0) / ratios.length;
  const variance = ratios.reduce((sum, ratio) => sum + (ratio - mean) ** 2, 0) / ratios.length;
  const required = mean - Math.sqrt(variance) * (stdevFactor / 1_000);
  return judged.filter(({ record }) => record.successRatio < required);
}

/** Those of whose calls a larger share than the threshold failed (gRFC A50, "Failure Percentage Algorithm"). */
export function failurePercentageOutliers<M extends Judged>(
  members: readonly M[],
  { minimumHosts, requestVolume, threshold }: FailurePercentageSettings,
): readonly M[] {
  const judged = withVolume(members, requestVolume);
  if (judged.length < minimumHosts) return [];
  return judged.filter(({ record }) => record.failurePercentage > threshold);
}

/**
 * Those that `minimumHosts` counts. A50's text counts all members for the failure percentage; grpc-go and grpc-java count
 * those with the volume for both algorithms, and so is it here.
 *
 * A member without any call has no rate, whatever volume is asked for.
 */
function withVolume<M extends Judged>(members: readonly M[], requestVolume: number): readonly M[] {
  return members.filter(({ record }) => record.volume >= Math.max(1, requestVolume));
}
