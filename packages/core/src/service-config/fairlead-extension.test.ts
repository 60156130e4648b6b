import { describe, expect, test } from '@jest/globals';
import { InvalidServiceConfigError } from '../errors/invalid-service-config-error.js';
import { builtInPolicies } from '../policies/built-in-policies.js';
import { BREAKER_FAILURES } from './circuit-breaker-config.js';
import { parseServiceConfig } from './parse-service-config.js';

const parse = (...extensions: unknown[]) =>
  parseServiceConfig(
    { methodConfig: extensions.map((fairlead, n) => ({ name: [{ service: 'a.B', method: `M${n}` }], fairlead })) },
    { policies: builtInPolicies },
  );
const methodOf = (extension: unknown) => parse(extension).config.methodConfig('/a.B/M0');

function problemsOf(...extensions: unknown[]): readonly string[] {
  try {
    parse(...extensions);
  } catch (error) {
    if (error instanceof InvalidServiceConfigError) return error.problems;
    throw error;
  }
  return [];
}

const at = 'methodConfig[0].fairlead';

describe('the fairlead key of a method', () => {
  test('absent, null or empty it adds nothing', () => {
    for (const nothing of [undefined, null, {}, { circuitBreaker: null, bulkhead: null }]) {
      expect(methodOf(nothing)).toEqual({});
    }
  });

  test('unknown fields are warnings that name the nearest', () => {
    const { warnings } = parse({ circuitBraker: {}, bulkhead: { maxConcurrent: 1, maxQeue: 1 } });
    expect(warnings).toEqual([
      `${at}.circuitBraker: unknown field, ignored (did you mean circuitBreaker?)`,
      `${at}.bulkhead.maxQeue: unknown field, ignored (did you mean maxQueue?)`,
    ]);
  });

  test('what is no object is refused', () => {
    expect(problemsOf(5)).toEqual([`${at}: 5 (expected: an object)`]);
    expect(problemsOf({ circuitBreaker: true, bulkhead: [] })).toEqual([
      `${at}.circuitBreaker: true (expected: an object)`,
      expect.stringContaining(`${at}.bulkhead: `),
    ]);
  });
});

describe('circuitBreaker', () => {
  test('every field has a default', () => {
    expect(methodOf({ circuitBreaker: {} }).circuitBreaker).toEqual({
      failureRatio: 0.5,
      requestVolume: 20,
      windowMs: 10_000,
      openMs: 10_000,
      probeTimeoutMs: 10_000,
      failureStatusCodes: BREAKER_FAILURES,
    });
  });

  test('reads all fields; the time of a probe follows the open time', () => {
    const circuitBreaker = {
      failureRatio: 0,
      requestVolume: 1,
      window: '0.01s',
      openTime: '2s',
      failureStatusCodes: ['unavailable', 5],
    };
    expect(methodOf({ circuitBreaker }).circuitBreaker).toEqual({
      failureRatio: 0,
      requestVolume: 1,
      windowMs: 10,
      openMs: 2_000,
      probeTimeoutMs: 2_000,
      failureStatusCodes: new Set([14, 5]),
    });
  });

  test('volume 0 contradicts a ratio, and says so', () => {
    expect(problemsOf({ circuitBreaker: { requestVolume: 0 } })).toEqual([
      `${at}.circuitBreaker.requestVolume: 0 (expected: an integer, at least 1: a failureRatio needs calls to be a share of)`,
    ]);
  });

  test.each([
    ['failureRatio', [-0.1, 1, Infinity, '0.5', NaN]],
    ['requestVolume', [-1, 1.5, '20', 2 ** 53]],
    ['window', ['0.009s', '2147484s', 10, '1']],
    ['openTime', ['0s', '-1s', '2147484s']],
    ['probeTimeout', ['0s', '2147484s']],
    ['failureStatusCodes', [[], 'UNAVAILABLE', ['OK'], ['CANCELLED'], [17], [-1]]],
  ])('%s beyond its limits is refused by its path', (field, values) => {
    for (const value of values) {
      const [problem, ...others] = problemsOf({ circuitBreaker: { [field]: value } });
      expect(problem).toContain(`${at}.circuitBreaker.${field}`);
      expect(others).toEqual([]);
    }
  });

  test('all problems are told at once', () => {
    expect(problemsOf({ circuitBreaker: { failureRatio: 2, window: 'x' }, bulkhead: {} })).toHaveLength(3);
  });
});

describe('bulkhead', () => {
  test('needs maxConcurrent, and has no queue unless it says so', () => {
    expect(methodOf({ bulkhead: { maxConcurrent: 1 } }).bulkhead).toEqual({
      maxConcurrent: 1,
      maxQueue: 0,
      priority: 0,
    });
    expect(problemsOf({ bulkhead: {} })).toEqual([
      `${at}.bulkhead.maxConcurrent: undefined (expected: an integer, at least 1)`,
    ]);
  });

  test.each([
    ['maxConcurrent', [0, -1, 1.5, '1']],
    ['maxQueue', [-1, 0.5, Infinity]],
    ['group', [5, {}]],
  ])('%s beyond its limits is refused by its path', (field, values) => {
    for (const value of values) {
      const [problem, ...others] = problemsOf({ bulkhead: { maxConcurrent: 1, [field]: value } });
      expect(problem).toContain(`${at}.bulkhead.${field}`);
      expect(others).toEqual([]);
    }
  });

  test('a priority without a group, or without a queue, is a contradiction that names both', () => {
    expect(problemsOf({ bulkhead: { maxConcurrent: 1, maxQueue: 1, priority: 1 } })).toEqual([
      `${at}.bulkhead: priority without group: a method's own bulkhead has nobody to go before`,
    ]);
    expect(problemsOf({ bulkhead: { maxConcurrent: 1, group: 'db', priority: 1 } })).toEqual([
      `${at}.bulkhead: priority with maxQueue 0: nobody waits`,
    ]);
  });

  test('methods of one group must agree on its limits', () => {
    const db = { maxConcurrent: 5, maxQueue: 5, group: 'db' };
    expect(problemsOf({ bulkhead: { ...db, priority: 2 } }, { bulkhead: db })).toEqual([]);
    expect(problemsOf({ bulkhead: db }, { bulkhead: { ...db, maxConcurrent: 6 } })).toEqual([
      'methodConfig[1].fairlead.bulkhead.maxConcurrent: group "db" has one bulkhead, ' +
        'but 6 here, 5 in methodConfig[0].fairlead.bulkhead.maxConcurrent',
    ]);
  });
});
