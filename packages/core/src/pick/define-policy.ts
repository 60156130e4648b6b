import { InvalidOptionError } from '../errors/invalid-option-error.js';
import { InvalidServiceConfigError } from '../errors/invalid-service-config-error.js';
import { nested, resolveOptions } from '../options/check.js';
import type { OptionRule, ResolvedOptions } from '../options/option-rule.js';
import { parseDuration } from '../service-config/duration.js';
import { childPath, fieldOf, unknownField } from '../service-config/config-reader.js';
import type { BalancingPolicy, BalancingPolicyFactory, PolicySurroundings } from './balancing-policy.js';
import { requirePolicy } from './require-policy.js';

type Json = Readonly<Record<string, unknown>>;
type Rules = Readonly<Record<string, OptionRule<unknown>>>;

/** A policy with its options, in one table for both ways of writing them. */
export interface PolicyDefinition<R extends Rules> {
  /** Standard name first, then accepted aliases. */
  readonly names: readonly [string, ...string[]];
  /**
   * The options in their typed spelling, durations in ms with the suffix `Ms`. In a service config a duration has no suffix
   * and is written as `"10s"`; other names are the same; `null` counts as absent.
   */
  readonly rules: R;
  /** Contradictions between options. @throws InvalidOptionError */
  check?(options: ResolvedOptions<R>, path: string): void;
  create(options: ResolvedOptions<R>): BalancingPolicy;
}

/** A policy that can be chosen by name in a `loadBalancingConfig`, and made from typed options. */
export interface DefinedPolicy extends BalancingPolicyFactory {
  /**
   * Makes it from typed options.
   * @throws InvalidOptionError
   */
  readonly fromOptions: (options?: unknown) => () => BalancingPolicy;
}

/** An object inside the options, with rules of its own; not given means all defaults unless wrapped in `optional`. */
export interface OptionGroup<R extends Rules> extends OptionRule<ResolvedOptions<R>> {
  readonly rules: R;
}

export function group<R extends Rules>(rules: R): OptionGroup<R> {
  return { rules, ...nested(rules) };
}

/** A group that is switched off where it is not given. */
export function optionalGroup<R extends Rules>(rules: R): OptionRule<ResolvedOptions<R> | undefined> {
  const inner = nested(rules);
  const rule: OptionRule<ResolvedOptions<R> | undefined> & { rules: R } = {
    rules,
    check: (value, name) => (value === undefined ? undefined : inner.check(value, name)),
  };
  return rule;
}

/** The policy below this one: in options a function that makes it, in a service config a list as `loadBalancingConfig` is. */
export function childPolicy(fallback?: () => BalancingPolicy): OptionRule<() => BalancingPolicy> {
  return {
    [CHILD]: true,
    check(value: unknown, name: string) {
      const used = value === undefined ? fallback : value;
      if (typeof used === 'function') return () => requirePolicy((used as () => unknown)(), name);
      throw new InvalidOptionError(name, used, 'a policy, e.g. roundRobin()');
    },
  } as OptionRule<() => BalancingPolicy>;
}

/** An option that a service config may say with more than its typed twin: what is of no use there is passed over. */
export interface LenientRule<T> extends OptionRule<T> {
  /**
   * Reads the value of a service config; as `check`, but for what it passes over with a warning.
   * @throws InvalidOptionError
   */
  checkConfig(value: unknown, path: string, warn: (text: string) => void): T;
}

function isLenient<T>(rule: OptionRule<T>): rule is LenientRule<T> {
  return 'checkConfig' in rule;
}

const CHILD = Symbol('child policy');

/** Makes the factory of a policy, and its typed twin, from one table. */
export function definePolicy<R extends Rules>(definition: PolicyDefinition<R>): DefinedPolicy {
  const { names, rules } = definition;
  const make = (options: ResolvedOptions<R>, path: string): (() => BalancingPolicy) => {
    definition.check?.(options, path);
    return () => definition.create(options);
  };
  return {
    names,
    fields: Object.keys(rules).map(jsonName),
    create: (config, path, surroundings) => make(readGroup(config, path, rules, surroundings), path),
    fromOptions: (given) => make(resolveOptions(given, rules, names[0]), names[0]),
  };
}

const isDuration = (option: string): boolean => option.endsWith('Ms');
const jsonName = (option: string): string => (isDuration(option) ? option.slice(0, -2) : option);

function readGroup<R extends Rules>(
  json: Json,
  path: string,
  rules: R,
  around: PolicySurroundings,
): ResolvedOptions<R> {
  const options: Record<string, unknown> = {};
  const errors: (InvalidOptionError | InvalidServiceConfigError)[] = [];
  for (const [option, rule] of Object.entries(rules)) {
    const field = jsonName(option);
    try {
      options[option] = readField(fieldOf(json, field), childPath(path, field), option, rule, around);
    } catch (error) {
      if (!(error instanceof InvalidOptionError || error instanceof InvalidServiceConfigError)) throw error;
      errors.push(error);
    }
  }
  throwAll(errors);
  return Object.freeze(options) as ResolvedOptions<R>;
}

/** Whoever writes a config wants to see all of its mistakes at once. */
function throwAll(errors: readonly (InvalidOptionError | InvalidServiceConfigError)[]): void {
  const [first, ...others] = errors;
  if (first === undefined) return;
  if (others.length === 0) throw first;
  throw new InvalidServiceConfigError(
    errors.flatMap((error) => (error instanceof InvalidServiceConfigError ? error.problems : [error.message])),
    { cause: first },
  );
}

function readField(
  value: unknown,
  path: string,
  option: string,
  rule: OptionRule<unknown>,
  around: PolicySurroundings,
) {
  if (value === undefined) return rule.check(undefined, path);
  if (CHILD in rule) return around.child(value, path);
  if ('rules' in rule) return readNested(value, path, rule.rules as Rules, around);
  if (isLenient(rule)) return rule.checkConfig(value, path, (text) => around.warn(text));
  if (!isDuration(option)) return rule.check(value, path);
  try {
    return rule.check(parseDuration(value, path), path);
  } catch (error) {
    // What the user wrote was a text.
    if (error instanceof InvalidOptionError)
      throw new InvalidOptionError(path, value, error.expected, { cause: error });
    throw error;
  }
}

function readNested(value: unknown, path: string, rules: Rules, around: PolicySurroundings): ResolvedOptions<Rules> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new InvalidOptionError(path, value, 'an object');
  }
  const known = Object.keys(rules).map(jsonName);
  for (const field of Object.keys(value)) if (!known.includes(field)) around.warn(unknownField(path, field, known));
  return readGroup(value as Json, path, rules, around);
}
