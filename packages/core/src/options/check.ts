import { InvalidOptionError } from '../errors/invalid-option-error.js';
import { nearestName } from './nearest-name.js';
import type { OptionRule, ResolvedOptions } from './option-rule.js';

/**
 * Checks what a user gave against the rules and answers a frozen, full copy: every option is there, with its default
 * where none was given. The user's object is never changed and not kept.
 *
 * An option that is explicitly undefined counts as not given, and so does the whole object. An option without a rule is
 * an error that names the nearest known one: a misspelled option that is silently ignored is the worst of all options.
 *
 * ```ts
 * const rules = { connectTimeoutMs: durationMs({ default: 20_000, min: 1 }), shuffle: bool({ default: false }) };
 * const options = resolveOptions({ shuffle: true }, rules); // { connectTimeoutMs: 20000, shuffle: true }
 * ```
 *
 * @param path stands before the names in messages, e.g. `retry` in `retry.maxAttempts`.
 * @throws InvalidOptionError for the first option that is wrong.
 */
export function resolveOptions<R extends Readonly<Record<string, OptionRule<unknown>>>>(
  given: unknown,
  rules: R,
  path = '',
): ResolvedOptions<R> {
  const options = given === undefined ? {} : requirePlainObject(given, path);
  refuseUnknown(options, rules, path);
  const resolved: Record<string, unknown> = {};
  for (const [key, rule] of Object.entries(rules)) resolved[key] = rule.check(options[key], join(path, key));
  return Object.freeze(resolved) as ResolvedOptions<R>;
}

/** A group of options inside options, e.g. `{ keepalive: nested({ timeMs: … }) }`; not given means all defaults. */
export function nested<R extends Readonly<Record<string, OptionRule<unknown>>>>(
  rules: R,
): OptionRule<ResolvedOptions<R>> {
  return { check: (value, name) => resolveOptions(value, rules, name) };
}

function requirePlainObject(given: unknown, path: string): Readonly<Record<string, unknown>> {
  if (typeof given !== 'object' || given === null || Array.isArray(given)) {
    throw new InvalidOptionError(path === '' ? 'options' : path, given, 'an object');
  }
  return given as Readonly<Record<string, unknown>>;
}

function refuseUnknown(options: Readonly<Record<string, unknown>>, rules: object, path: string): void {
  for (const key of Object.keys(options)) {
    if (Object.hasOwn(rules, key)) continue;
    const known = Object.keys(rules);
    const nearest = nearestName(key, known);
    const expected =
      nearest === undefined
        ? `unknown option; known are ${known.map((name) => `\`${name}\``).join(', ')}`
        : `unknown option (did you mean \`${nearest}\`?)`;
    throw new InvalidOptionError(join(path, key), options[key], expected);
  }
}

function join(path: string, key: string): string {
  return path === '' ? key : `${path}.${key}`;
}
