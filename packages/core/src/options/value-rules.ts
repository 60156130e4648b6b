import { InvalidOptionError } from '../errors/invalid-option-error.js';
import type { OptionRule } from './option-rule.js';

/** `true` or `false`; nothing else counts as either. Required without a default. */
export function bool(limits: { readonly default?: boolean } = {}): OptionRule<boolean> {
  return ruleOf(limits.default, (value) => typeof value === 'boolean', 'true or false');
}

/** One of a few words. Required without a default. */
export function oneOf<const T extends string>(
  values: readonly T[],
  limits: { readonly default?: NoInfer<T> } = {},
): OptionRule<T> {
  const expected = `one of ${values.map((value) => JSON.stringify(value)).join(', ')}`;
  return ruleOf<T>(limits.default, (value) => (values as readonly unknown[]).includes(value), expected);
}

/** What a text must look like. */
export interface TextLimits {
  /** Used when the option is not given; without a default the option is required. */
  readonly default?: string;
  /** The empty string is accepted; false unless given. */
  readonly allowEmpty?: boolean;
  /** The whole text must match; `expected` says in words what that means. */
  readonly pattern?: RegExp;
  /** Replaces the words after "expected" in the message. */
  readonly expected?: string;
}

/** A string, not empty unless allowed. */
export function text(limits: TextLimits = {}): OptionRule<string> {
  const { allowEmpty = false, pattern } = limits;
  const expected = limits.expected ?? (allowEmpty ? 'a string' : 'a string that is not empty');
  const accepts = (value: unknown): boolean =>
    typeof value === 'string' && (allowEmpty || value !== '') && (pattern === undefined || pattern.test(value));
  return ruleOf<string>(limits.default, accepts, expected);
}

/** A function of the type `F`; only its being a function can be checked. Required: wrap it in {@link optional}. */
export function func<F extends (...args: never[]) => unknown>(): OptionRule<F> {
  return ruleOf<F>(undefined, (value) => typeof value === 'function', 'a function');
}

/** May be missing: the resolved option is then undefined. */
export function optional<T>(rule: OptionRule<T>): OptionRule<T | undefined> {
  return { check: (value, name) => (value === undefined ? undefined : rule.check(value, name)) };
}

/** Any other rule. `check` answers the value to use, or throws `InvalidOptionError`. */
export function custom<T>(check: (value: unknown, name: string) => T): OptionRule<T> {
  return { check };
}

function ruleOf<T>(defaultValue: T | undefined, accepts: (value: unknown) => boolean, expected: string): OptionRule<T> {
  return {
    check(value, name) {
      const used = value === undefined ? defaultValue : value;
      if (!accepts(used)) throw new InvalidOptionError(name, used, expected);
      return used as T;
    },
  };
}
