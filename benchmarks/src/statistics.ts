export interface Summary {
  readonly n: number;
  readonly q1: number;
  readonly median: number;
  readonly q3: number;
}

/** Median and quartiles, interpolated linearly between order statistics. */
export function summarize(values: readonly number[]): Summary {
  const sorted = [...values].sort((a, b) => a - b);
  const quantile = (q: number): number => {
    const at = q * (sorted.length - 1);
    const low = Math.floor(at);
    const [a = NaN, b = a] = sorted.slice(low, low + 2);
    return a + (b - a) * (at - low);
  };
  return { n: sorted.length, q1: quantile(0.25), median: quantile(0.5), q3: quantile(0.75) };
}

/** `1.043 (IQR 0.980 to 1.075, 31 rounds)`. */
export function describe({ n, q1, median, q3 }: Summary, digits = 3): string {
  return `${median.toFixed(digits)} (IQR ${q1.toFixed(digits)} to ${q3.toFixed(digits)}, ${n} rounds)`;
}
