/** What the heaviest member gets: all of 16 bits. */
export const TOP_WEIGHT = 0xffff;

/**
 * Weights are kept between a tenth of the mean and ten times the mean, as in C and Java. A member that says that it could
 * do a thousand times as much as the others is lying, or its clock is; and the search for the next turn stays short.
 */
const MAX_RATIO = 10;
const MIN_RATIO = 0.1;

/**
 * Scales weights to whole numbers from 1 to {@link TOP_WEIGHT}. One that is not known (0, and what is no weight at all:
 * negative, NaN, infinite) becomes the mean of those that are (gRFC A58); when none is, all are equal.
 */
export function scaleWeights(weights: readonly number[]): Uint16Array {
  const largest = weights.reduce((max, weight) => (isKnown(weight) ? Math.max(max, weight) : max), 0);
  // Relative to the largest one first: sums of the largest numbers, and shares of the smallest, would be infinite.
  const known = weights.filter(isKnown).map((weight) => weight / largest);
  const mean = known.length === 0 ? 1 : known.reduce((sum, weight) => sum + weight, 0) / known.length;
  const top = known.length === 0 ? 1 : Math.min(1, MAX_RATIO * mean);
  const scale = (weight: number): number => Math.round((TOP_WEIGHT * weight) / top);
  const least = Math.max(1, Math.ceil((TOP_WEIGHT * MIN_RATIO * mean) / top));
  return Uint16Array.from(weights, (weight) =>
    isKnown(weight) ? Math.max(least, scale(Math.min(top, weight / largest))) : scale(mean),
  );
}

function isKnown(weight: number): boolean {
  return weight > 0 && weight < Infinity;
}
