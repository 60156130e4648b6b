/**
 * Median and interquartile range (linear interpolation between order statistics).
 *
 * @param {readonly number[]} values
 */
export function summarize(values) {
  const sorted = [...values].sort((a, b) => a - b);
  /** @param {number} q */
  const quantile = (q) => {
    const at = q * (sorted.length - 1);
    const low = Math.floor(at);
    const [a = NaN, b = a] = sorted.slice(low, low + 2);
    return a + (b - a) * (at - low);
  };
  return { n: sorted.length, q1: quantile(0.25), median: quantile(0.5), q3: quantile(0.75) };
}
