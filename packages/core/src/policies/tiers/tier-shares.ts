/** How able a tier is to serve. */
export interface TierHealth {
  /** Members that get calls. */
  readonly serving: number;
  /** Members that are meant to. */
  readonly total: number;
}

/**
 * The share of calls of each tier, in order, by the rule of Envoy's priority levels: a tier takes
 * `min(1, serving / total × overprovisioning)` of them, as far as the tiers before have left something. When all together
 * cannot take everything, the shares are scaled up, so that they add up to 1; without anybody who serves all are 0.
 *
 * Envoy calculates in whole percents, which is not copied.
 */
export function tierShares(tiers: readonly TierHealth[], overprovisioning: number): Float64Array {
  const healths = tiers.map(({ serving, total }) =>
    serving > 0 ? Math.min(1, (serving / total) * overprovisioning) : 0,
  );
  const together = Math.min(
    1,
    healths.reduce((sum, health) => sum + health, 0),
  );
  const shares = new Float64Array(tiers.length);
  if (together === 0) return shares;
  let left = 1;
  healths.forEach((health, tier) => {
    shares[tier] = Math.min(left, health / together);
    left -= shares[tier] ?? 0;
  });
  return shares;
}
