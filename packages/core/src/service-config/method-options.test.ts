import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { InvalidOptionError } from '../errors/invalid-option-error.js';
import { builtInPolicies } from '../policies/built-in-policies.js';
import { STATUS_CODES } from '../status/status-code.js';
import { EXTENSION_FIELDS } from './fairlead-extension.js';
import type { MethodConfig } from './method-config.js';
import { readMethodOptions } from './method-options.js';
import { parseServiceConfig } from './parse-service-config.js';

type Fields = Readonly<Record<string, unknown>>;

const ofConfig = (entry: Fields): MethodConfig =>
  parseServiceConfig({ methodConfig: [{ name: [{}], ...entry }] }, { policies: builtInPolicies }).config.methodConfig(
    '/a/B',
  );
const ofOptions = (settings: Fields): MethodConfig => readMethodOptions({ '*': settings }, 'methods').get('')!.config;

/** A duration, in the way of either side. */
class Duration {
  readonly ms: number;
  constructor(ms: number) {
    this.ms = ms;
  }
}

const asJson = (value: unknown): unknown =>
  value instanceof Duration ? `${value.ms / 1_000}s` : mapFields(value, (name, field) => [name, asJson(field)]);
const asOptions = (value: unknown): unknown =>
  mapFields(value, (name, field) => (field instanceof Duration ? [`${name}Ms`, field.ms] : [name, asOptions(field)]));

function mapFields(value: unknown, map: (name: string, field: unknown) => [string, unknown]): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, field]) => map(name, field)));
}

const some = <T extends Record<string, fc.Arbitrary<unknown>>>(
  model: T,
  required: readonly (keyof T & string)[] = [],
) => fc.record(model, { requiredKeys: [...required] }) as fc.Arbitrary<Fields>;
const duration = (min: number, max: number) => fc.integer({ min, max }).map((ms) => new Duration(ms));
const count = (min: number) => fc.integer({ min, max: 1_000 });
const failing = Object.entries(STATUS_CODES).flatMap(([name, code]) =>
  /^(OK|CANCELLED)$/.test(name) ? [] : [name, code],
);
const codes = fc.uniqueArray(fc.constantFrom(...failing), { minLength: 1 });

/** Every field of our own with values of it: one entry for each. */
const EXTENSIONS: Readonly<Record<string, fc.Arbitrary<unknown>>> = {
  circuitBreaker: some({
    failureRatio: fc.double({ min: 0, max: 0.99, noNaN: true }),
    requestVolume: count(1),
    window: duration(10, 100_000),
    openTime: duration(1, 100_000),
    probeTimeout: duration(1, 100_000),
    failureStatusCodes: codes,
  }),
  bulkhead: fc.oneof(
    some({ maxConcurrent: count(1), maxQueue: count(0) }, ['maxConcurrent']),
    some({ maxConcurrent: count(1), maxQueue: count(1), group: fc.string(), priority: count(0) }, [
      'maxConcurrent',
    ]).filter(({ group, priority, maxQueue }) => priority === undefined || (!!group && maxQueue !== undefined)),
  ),
  concurrencyLimit: fc.oneof(
    some({
      algorithm: fc.constant('gradient'),
      maxQueue: count(0),
      tolerance: fc.double({ min: 1, max: 5, noNaN: true }),
    }),
    some({ algorithm: fc.constant('aimd'), minLimit: count(1), latencyThreshold: duration(1, 10_000) }, ['algorithm']),
  ),
  clientThrottling: some({
    multiplier: fc.double({ min: 1, max: 100, noNaN: true }),
    window: duration(1_000, 3_600_000),
  }),
  deadlineMargin: duration(0, 1_000),
  perAttemptTimeout: duration(1, 1_000),
  hedgingDelay: fc.oneof(
    fc.constantFrom('p50', 'p95', 'p99.9'),
    some({ quantile: fc.constant('p90'), min: duration(1, 10), max: duration(10, 1_000) }, ['quantile']),
  ),
  hedgingRatio: fc.double({ min: 0, max: 1, noNaN: true }),
};

const retryPolicy = some(
  {
    maxAttempts: fc.integer({ min: 2, max: 9 }),
    initialBackoff: duration(1, 10_000),
    maxBackoff: duration(1, 10_000),
    backoffMultiplier: fc.double({ min: 0.1, max: 10, noNaN: true }),
    retryableStatusCodes: codes,
  },
  ['maxAttempts', 'initialBackoff', 'maxBackoff', 'backoffMultiplier', 'retryableStatusCodes'],
);
const hedgingPolicy = some(
  { maxAttempts: fc.integer({ min: 2, max: 9 }), hedgingDelay: duration(0, 10_000), nonFatalStatusCodes: codes },
  ['maxAttempts'],
);
const standard = {
  timeout: duration(1_000, 100_000),
  waitForReady: fc.boolean(),
  maxRequestMessageBytes: count(0),
  maxResponseMessageBytes: count(0),
};
const { hedgingDelay, hedgingRatio, ...others } = EXTENSIONS;
/** A method has a bulkhead or a limit. */
const withoutBoth = ({ bulkhead, ...ours }: Fields): Fields =>
  bulkhead === undefined || ours['concurrencyLimit'] !== undefined ? ours : { ...ours, bulkhead };

/** Of what is chosen: the standard fields, the policy that makes the attempts, and our own fields. */
const entries = fc.oneof(
  fc.tuple(some(standard), some({ retryPolicy }), some(others).map(withoutBoth)),
  fc.tuple(
    some(standard),
    some({ hedgingPolicy }, ['hedgingPolicy']),
    some({ ...others, hedgingDelay: hedgingDelay!, hedgingRatio: hedgingRatio! }).map(withoutBoth),
  ),
);

describe('settings of methods as options', () => {
  test('have a twin for each field of a service config, and both make the same', () => {
    expect(Object.keys(EXTENSIONS)).toEqual(expect.arrayContaining([...EXTENSION_FIELDS]));
    const seen = new Set<string>();
    fc.assert(
      fc.property(entries, ([plain, attempts, ours]) => {
        const { retryPolicy: retry, hedgingPolicy: hedging } = attempts;
        const made = ofConfig(asJson({ ...plain, ...attempts, fairlead: ours }) as Fields);
        const settings = {
          ...plain,
          ...(retry !== undefined && { retry }),
          ...(hedging !== undefined && { hedging }),
          ...ours,
        };
        expect(ofOptions(asOptions(settings) as Fields)).toEqual(made);
        for (const field of Object.keys(made)) seen.add(field);
      }),
      { numRuns: 500, seed: 1 },
    );
    expect([...seen].sort()).toEqual([
      'bulkhead',
      'circuitBreaker',
      'clientThrottling',
      'concurrencyLimit',
      'deadlineMarginMs',
      'hedgingPolicy',
      'hedgingRatio',
      'maxRequestMessageBytes',
      'maxResponseMessageBytes',
      'measuredDelay',
      'perAttemptTimeoutMs',
      'retryPolicy',
      'timeoutMs',
      'waitForReady',
    ]);
  });

  test('hold by the most exact name, beside those of a service config', () => {
    const methodOptions = readMethodOptions(
      { '*': { timeoutMs: 1 }, 'a.B': { timeoutMs: 2 }, 'a.B/C': { timeoutMs: 3 } },
      'methods',
    );
    const json = { methodConfig: [{ name: [{ service: 'a.B', method: 'D' }, { service: 'x.Y' }], timeout: '0.004s' }] };
    const { config } = parseServiceConfig(json, { policies: builtInPolicies, methodOptions });
    const paths = ['/x.Z/A', '/a.B/A', '/a.B/C', '/a.B/D', '/x.Y/A'];
    expect(paths.map((path) => config.methodConfig(path).timeoutMs)).toEqual([1, 2, 3, 4, 4]);
  });

  const retry = {
    maxAttempts: 2,
    initialBackoffMs: 1,
    maxBackoffMs: 1,
    backoffMultiplier: 1,
    retryableStatusCodes: ['UNAVAILABLE'],
  };

  test.each<[unknown, string]>([
    [5, 'methods: 5 (expected: an object with methods, services or * as keys)'],
    [{ '/a.B/C': {} }, "methods['/a.B/C']: {} (expected: a key '*', 'package.Service' or 'package.Service/Method')"],
    [{ '*': 5 }, "methods['*']: 5 (expected: an object)"],
    [{ '*': { timeout: '1s' } }, 'methods[\'*\'].timeout: "1s" (expected: unknown option (did you mean `timeoutMs`?))'],
    [{ '*': { timeoutMs: -1 } }, "methods['*'].timeoutMs: -1 (expected: a duration, at least 0 ms)"],
    [{ '*': { timeoutMs: '1s' } }, 'methods[\'*\'].timeoutMs: "1s" (expected: a duration, at least 0 ms)'],
    [{ '*': { timeoutMs: Infinity } }, "methods['*'].timeoutMs: Infinity (expected: a duration, at least 0 ms)"],
    [{ '*': { retries: {} } }, "methods['*'].retries: {} (expected: unknown option"],
    [
      { 'a.B/C': { retry: { ...retry, maxAttempts: 1 } } },
      "methods['a.B/C'].retry.maxAttempts: 1 (expected: an integer, at least 2, that counts the first attempt)",
    ],
    [
      { 'a.B': { retry: { ...retry, maxAttempt: 3 } } },
      "methods['a.B'].retry.maxAttempt: 3 (expected: unknown option (did you mean `maxAttempts`?))",
    ],
    [
      { 'a.B': { retry: { ...retry, initialBackoffMs: undefined } } },
      "methods['a.B'].retry.initialBackoffMs: undefined (expected: a duration above 0 ms)",
    ],
    [
      { 'a.B': { circuitBreaker: { windowMs: 1 } } },
      "methods['a.B'].circuitBreaker.windowMs: 1 (expected: a duration, 10 to 2147483647 ms)",
    ],
    [{ 'a.B': { retry, hedging: { maxAttempts: 2 } } }, 'no contradiction: retry and hedging exclude each other)'],
    [
      { 'a.B': { concurrencyLimit: { algorithm: 'gradient', latencyThresholdMs: 5 } } },
      'concurrencyLimit: latencyThresholdMs with algorithm "gradient"',
    ],
    [
      { 'a.B': { hedging: { maxAttempts: 2 }, hedgingDelay: { quantile: 'p95', minMs: 5, maxMs: 1 } } },
      'hedgingDelay: minMs (5 ms) is longer than maxMs (1 ms)',
    ],
    [{ '*': { circuitBreaker: null } }, "methods['*'].circuitBreaker: null (expected: not null; leave it out)"],
    [{ 'a.B': { circuitBreaker: { windowMs: null } } }, '.circuitBreaker.windowMs: null (expected: not null'],
    [{ 'a.B': { hedgingRatio: 1 } }, 'no contradiction: hedgingRatio without hedging)'],
    [{ 'a.B': { hedgingDelay: 'p95' } }, 'no contradiction: hedgingDelay without hedging)'],
    [
      { 'a.B': { timeoutMs: 1_000, perAttemptTimeoutMs: 2_000 } },
      'no contradiction: perAttemptTimeoutMs (2000) is longer than timeoutMs (1000))',
    ],
    [
      { 'a.B': { bulkhead: { maxConcurrent: 1, group: 'g' } }, 'c.D': { bulkhead: { maxConcurrent: 2, group: 'g' } } },
      'group "g" has one bulkhead, but 2 here, 1 in methods[\'a.B\'].bulkhead.maxConcurrent',
    ],
  ])('%j is refused', (value, message) => {
    let thrown: unknown;
    try {
      readMethodOptions(value, 'methods');
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBeInstanceOf(InvalidOptionError);
    expect((thrown as Error).message).toContain(message);
  });
});
