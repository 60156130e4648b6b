import { custom, InvalidOptionError, type OptionRule, type Random } from '@fairlead/core';

/** Shortest and longest delay in ms; each delay is drawn uniformly between them. `[0, 0]` means at once. */
export type DelayRange = readonly [minMs: number, maxMs: number];

/** A delay out of the range. One draw. */
export function drawDelay(random: Random, [minMs, maxMs]: DelayRange): number {
  return minMs + random.next() * (maxMs - minMs);
}

/** The option rule for a range. */
export function delayRange(defaultRange: DelayRange): OptionRule<DelayRange> {
  return custom((value, name) => {
    if (value === undefined) return defaultRange;
    if (isRange(value)) return Object.freeze([value[0], value[1]] as const);
    throw new InvalidOptionError(name, value, '[minMs, maxMs] with 0 ≤ minMs ≤ maxMs');
  });
}

function isRange(value: unknown): value is DelayRange {
  if (!Array.isArray(value) || value.length !== 2) return false;
  const [min, max] = value as [unknown, unknown];
  return typeof min === 'number' && typeof max === 'number' && min >= 0 && max >= min && max < Infinity;
}
