import { readFileSync } from 'node:fs';
import { builtInPolicies } from '@fairlead/core';
import { Ajv } from 'ajv';
import { validateServiceConfig } from '../src/service-config/validate-service-config.js';

export type Schema = Readonly<Record<string, unknown>>;

export const SCHEMA = JSON.parse(
  readFileSync(new URL('../service-config.schema.json', import.meta.url), 'utf8'),
) as Schema;

const fits = new Ajv({ strictTypes: false, strictRequired: false }).compile(SCHEMA);

/** The rules that the schema cannot say, by the words of the parser; with each, a config that breaks it. */
export const UNSAYABLE: readonly (readonly [RegExp, unknown])[] = [
  [/ is named more than once$/, { methodConfig: [{ name: [{}, {}] }] }],
  [/: group ".*" has one bulkhead, but /s, groups(1, 2)],
  [/ is longer than timeout /, method({ timeout: '1s', fairlead: { perAttemptTimeout: '2s' } })],
  [/: min \(.*\) is longer than max /, measured({ quantile: 'p95', min: '2s', max: '1s' })],
  [/: \w+Limit \(.*\) is more than \w+Limit /, { fairlead: { concurrencyLimit: { minLimit: 3, maxLimit: 2 } } }],
  [/: not supported by this version of Fairlead \(expected: one of /, balancing({ no_such_policy: {} })],
  [/: nested too deep /, balancing(nested(17))],
  [/ \(expected: at most maxRingSize, /, balancing({ ring_hash: { minRingSize: 2, maxRingSize: 1 } })],
  [/ \(expected: an integer below totalInstances, /, balancing({ deterministic_aperture: instance(1, 1) })],
  [
    / \(expected: in ms, at most maxBackoff, /,
    balancing({ failure_accrual: { initialBackoff: '2s', maxBackoff: '1s' } }),
  ],
  [/ \(expected: a duration, [\d.e-]+s? to /, balancing({ peak_ewma: { decayTime: '601s' } })],
];

/** What the schema and the parser say of a config. */
export interface Verdicts {
  readonly schema: boolean;
  readonly errors: readonly string[];
  /** They say the same, but for errors that the schema cannot say. */
  readonly agree: boolean;
}

export function verdicts(json: unknown): Verdicts {
  const schema = fits(asRead(json));
  const { errors } = validateServiceConfig(json);
  const isSayable = (error: string): boolean => !UNSAYABLE.some(([text]) => text.test(error));
  return { schema, errors, agree: schema ? !errors.some(isSayable) : errors.length > 0 };
}

/**
 * What a parser looks at: null is absent (proto3 JSON), of a list of policies the first that is known, and no deprecated name
 * beside it. An editor is told of the rest, too: it is a mistake that waits.
 */
function asRead(json: unknown): unknown {
  const config = withoutNulls(json) as Schema;
  if (!isObject(config) || config['loadBalancingConfig'] === undefined) return config;
  const { loadBalancingPolicy: name, ...others } = config;
  return lookedAt(typeof name === 'string' ? others : config);
}

const KNOWN = new Set(builtInPolicies.flatMap(({ names }) => names));

function lookedAt(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(lookedAt);
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([field, inner]) => [
      field,
      isPolicyList(field, inner) ? upToFirst(inner) : lookedAt(inner),
    ]),
  );
}

function isPolicyList(field: string, value: unknown): value is readonly unknown[] {
  return (field === 'loadBalancingConfig' || field === 'childPolicy') && Array.isArray(value);
}

function upToFirst(list: readonly unknown[]): unknown {
  const first = list.findIndex((entry) => isObject(entry) && KNOWN.has(Object.keys(entry)[0] ?? ''));
  return list.map((entry, index) => {
    const isUnread = index > first && first >= 0 && isObject(entry) && Object.keys(entry).length === 1;
    return isUnread ? { unread: {} } : lookedAt(entry);
  });
}

function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (!isObject(value)) return value;
  const fields = Object.entries(value).filter(([name, inner]) => inner !== null || KNOWN.has(name));
  return Object.fromEntries(fields.map(([name, inner]) => [name, withoutNulls(inner)]));
}

function isObject(value: unknown): value is Schema {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function balancing(entry: object): unknown {
  return { loadBalancingConfig: [entry] };
}

function method(entry: object): unknown {
  return { methodConfig: [{ name: [{}], ...entry }] };
}

function measured(hedgingDelay: object): unknown {
  return method({ hedgingPolicy: { maxAttempts: 2 }, fairlead: { hedgingDelay } });
}

function instance(instanceId: number, totalInstances: number): object {
  return { instanceId, totalInstances };
}

function groups(...sizes: readonly number[]): unknown {
  const methodConfig = sizes.map((maxConcurrent) => ({ fairlead: { bulkhead: { maxConcurrent, group: 'g' } } }));
  return { methodConfig };
}

function nested(depth: number): object {
  return depth === 1 ? { round_robin: {} } : { priority: { childPolicy: [nested(depth - 1)] } };
}
