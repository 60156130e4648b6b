/** Where a concurrency limit begins, and what it never leaves. */
export interface LimitBounds {
  /** Before anything is known. From `minLimit` to `maxLimit`. Default 20, or the nearer of the two. */
  readonly initialLimit: number;
  /** The limit never falls below. At least 1. Default 5, or less when one of the others is. */
  readonly minLimit: number;
  /** The limit never grows above. At least `minLimit`. Default 200, or more when one of the others is. */
  readonly maxLimit: number;
}

/** Those that were given, in the order in which they must be. */
type GivenBounds = { readonly [K in keyof LimitBounds]?: number | undefined };

const ORDER = ['minLimit', 'initialLimit', 'maxLimit'] as const;

/** Fills in what was not given: defaults make way for what was. */
export function limitBounds({ minLimit: min, initialLimit: initial, maxLimit: max }: GivenBounds): LimitBounds {
  const minLimit = min ?? Math.min(5, initial ?? Infinity, max ?? Infinity);
  const maxLimit = max ?? Math.max(200, initial ?? 0, minLimit);
  return { minLimit, maxLimit, initialLimit: initial ?? Math.min(maxLimit, Math.max(minLimit, 20)) };
}

/** Two given ones that contradict each other, if any do: the lower one and the upper one. */
export function contradictingBounds(given: GivenBounds): readonly [keyof LimitBounds, keyof LimitBounds] | undefined {
  const names = ORDER.filter((name) => given[name] !== undefined);
  for (const [index, upper] of names.entries()) {
    const lower = names[index - 1];
    if (lower !== undefined && (given[lower] as number) > (given[upper] as number)) return [lower, upper];
  }
  return undefined;
}
