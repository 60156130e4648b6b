import type { EjectionCause, SparedOutlier, SparingReason } from '../../pick/balancing-policy.js';
import type { MemberView } from '../../pick/picker.js';
import { uniformIndex } from '../../random/uniform-index.js';
import type { Random } from '../../random/random.js';
import type { OutlierDetectionSettings } from './outlier-detection-options.js';
import { failurePercentageOutliers, successRateOutliers } from './outliers.js';
import type { EjectionTimes, WatchedMember } from './watched-member.js';

/** The longest ejection, unless the base time is longer (gRFC A50). */
const MAX_EJECTION_TIME_MS = 300_000;

export function ejectionTimes({ baseEjectionTimeMs, maxEjectionTimeMs }: OutlierDetectionSettings): EjectionTimes {
  return {
    baseMs: baseEjectionTimeMs,
    maxMs: Math.max(baseEjectionTimeMs, maxEjectionTimeMs ?? MAX_EJECTION_TIME_MS),
  };
}

/**
 * What is done at the end of each interval (gRFC A50): ejects outliers, by one algorithm and then by the other, and takes
 * back those whose time is over.
 *
 * One that both find, or that is found by calls which began before its ejection, is ejected anew: from now on, and for a
 * base time more (A50 excepts nobody, nor do grpc-go and grpc-java). It counts once for the limit, as in grpc-java. One that is
 * ejected and gets calls nevertheless, in a panic, is left as it is: its ejection would grow with the trouble of all.
 *
 * @returns the outliers that were not ejected.
 */
export function sweep(
  members: readonly WatchedMember[],
  settings: OutlierDetectionSettings,
  random: Random,
  now: number,
): readonly SparedOutlier<MemberView>[] {
  const { failurePercentageEjection: byFailures, maxEjectionPercent, successRateEjection: byRate } = settings;
  const spared: SparedOutlier<MemberView>[] = [];
  const unheeded = new Set(members.filter(({ hidden, isEjected }) => isEjected && !hidden));
  let ejected = members.filter(({ isEjected }) => isEjected).length;
  const ejectAll = (outliers: readonly WatchedMember[], cause: EjectionCause, enforcementPercentage: number): void => {
    for (const outlier of outliers) {
      if (unheeded.has(outlier)) continue;
      // At the limit nobody else is ejected, as in grpc-go and grpc-java; A50's text says above it.
      const isFull = ejected * 100 >= maxEjectionPercent * members.length;
      const reason = isFull ? 'max-ejection-overflow' : byChance(enforcementPercentage, random);
      const { isEjected, member } = outlier;
      if (reason === undefined) {
        outlier.eject(now, cause);
        if (!isEjected) ejected += 1;
      } else if (!isEjected) spared.push({ member, cause, reason });
    }
  };
  for (const { record } of members) record.swap();
  if (byRate) ejectAll(successRateOutliers(members, byRate), 'success-rate', byRate.enforcementPercentage);
  if (byFailures) {
    ejectAll(failurePercentageOutliers(members, byFailures), 'failure-percentage', byFailures.enforcementPercentage);
  }
  const times = ejectionTimes(settings);
  for (const member of members) member.forgive(now, times);
  return spared;
}

function byChance(enforcementPercentage: number, random: Random): SparingReason | undefined {
  return uniformIndex(random, 100) < enforcementPercentage ? undefined : 'enforcement-percentage';
}
