import { InvalidOptionError } from '../errors/invalid-option-error.js';
import type { OptionRule } from './option-rule.js';

/** Limits of a number, both inclusive. */
export interface NumberLimits {
  /** Used when the option is not given; without a default the option is required. Must itself be in the range. */
  readonly default?: number;
  readonly min?: number;
  readonly max?: number;
}

/** Limits of a duration. */
export interface DurationLimits extends NumberLimits {
  /** `Infinity` is accepted and means never. */
  readonly allowInfinity?: boolean;
}

/** A duration in milliseconds, fractions allowed; at least `min`, which is 0 unless given. */
export function durationMs(limits: DurationLimits = {}): OptionRule<number> {
  const { min = 0, max = Number.MAX_VALUE, allowInfinity = false } = limits;
  const inRange = (value: number): boolean => (value >= min && value <= max) || (allowInfinity && value === Infinity);
  const range = `${describeRange(min, max)} ms${allowInfinity ? ', or Infinity' : ''}`;
  return numberRule(limits.default, inRange, `a duration, ${range}`);
}

/** A whole number; at least `min`, which is 0 unless given. */
export function count(limits: NumberLimits = {}): OptionRule<number> {
  const { min = 0, max = Number.MAX_SAFE_INTEGER } = limits;
  const inRange = (value: number): boolean => Number.isSafeInteger(value) && value >= min && value <= max;
  return numberRule(limits.default, inRange, `an integer, ${describeRange(min, max)}`);
}

/** A share or probability between 0 and 1, or a narrower range. */
export function ratio(limits: NumberLimits = {}): OptionRule<number> {
  const { min = 0, max = 1 } = limits;
  return numberRule(limits.default, (value) => value >= min && value <= max, `a ratio, ${describeRange(min, max)}`);
}

/** Any number in a range, fractions allowed; at least `min`, which is 0 unless given. */
export function numberInRange(limits: NumberLimits = {}): OptionRule<number> {
  const { min = 0, max = Number.MAX_VALUE } = limits;
  return numberRule(limits.default, (value) => value >= min && value <= max, `a number, ${describeRange(min, max)}`);
}

function numberRule(
  defaultValue: number | undefined,
  inRange: (value: number) => boolean,
  expected: string,
): OptionRule<number> {
  return {
    check(value, name) {
      const used = value === undefined ? defaultValue : value;
      if (typeof used !== 'number' || !inRange(used)) throw new InvalidOptionError(name, used, expected);
      return used;
    },
  };
}

function describeRange(min: number, max: number): string {
  return max >= Number.MAX_SAFE_INTEGER ? `at least ${min}` : `${min} to ${max}`;
}
