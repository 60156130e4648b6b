import { describe, expect, test } from '@jest/globals';
import { resolveConcurrencyLimit } from '../limit/concurrency-limit-options.js';
import { readConcurrencyLimit } from './concurrency-limit-config.js';
import { ConfigReader } from './config-reader.js';
import { readFairleadExtension } from './fairlead-extension.js';

function read(value: unknown) {
  const reader = new ConfigReader();
  const settings = readConcurrencyLimit(value, 'limit', reader);
  return { settings, problems: reader.problems, warnings: reader.warnings };
}

/** The same as an option, where durations are numbers. */
function optionProblem(value: unknown): string | undefined {
  try {
    resolveConcurrencyLimit(value, 'limit');
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

const GRADIENT = {
  algorithm: 'gradient',
  initialLimit: 20,
  minLimit: 5,
  maxLimit: 200,
  maxQueue: 0,
  tolerance: 1.25,
};

test('every field has a default, in a config as in an option', () => {
  expect(read({}).settings).toEqual(GRADIENT);
  expect(resolveConcurrencyLimit({}, '')).toEqual(GRADIENT);
  const { tolerance: _, ...bounds } = GRADIENT;
  const aimd = { ...bounds, algorithm: 'aimd', backoffRatio: 0.9, latencyThresholdMs: 5_000 };
  expect(read({ algorithm: 'aimd' }).settings).toEqual(aimd);
  expect(resolveConcurrencyLimit({ algorithm: 'aimd' }, '')).toEqual(aimd);
});

describe('at its limits a field is taken, just past them it is refused by its path', () => {
  test.each([
    ['algorithm', ['gradient', 'aimd'], ['vegas', '', 5]],
    ['minLimit', [1], [0, -1, 1.5, '1', NaN, 2 ** 53]],
    ['initialLimit', [1, 2 ** 53 - 1], [0, 1.5, Infinity]],
    ['maxLimit', [1], [0, 0.5]],
    ['maxQueue', [0, 2 ** 53 - 1], [-1, 0.5, '1']],
    ['tolerance', [1, 5], [0.99, 5.01, NaN, '1']],
  ])('%s', (field, good, bad) => {
    for (const value of good) {
      expect([read({ [field]: value }).problems, optionProblem({ [field]: value })]).toEqual([[], undefined]);
    }
    for (const value of bad) {
      expect(read({ [field]: value }).problems).toEqual([expect.stringMatching(new RegExp(`^limit\\.${field}: `))]);
      expect(optionProblem({ [field]: value })).toMatch(new RegExp(`^limit\\.${field}: `));
    }
  });

  test.each([
    ['backoffRatio', [0.5, 0.99], [0.49, 1, NaN, '0.9']],
    ['latencyThreshold', ['0.001s'], ['0s', '-1s', 5, 'x']],
  ])('%s of aimd', (field, good, bad) => {
    for (const value of good) expect(read({ algorithm: 'aimd', [field]: value }).problems).toEqual([]);
    for (const value of bad) {
      expect(read({ algorithm: 'aimd', [field]: value }).problems).toEqual([
        expect.stringMatching(new RegExp(`^limit\\.${field}: `)),
      ]);
    }
  });

  test('latencyThresholdMs of the option', () => {
    expect(optionProblem({ algorithm: 'aimd', latencyThresholdMs: 0.001 })).toBeUndefined();
    for (const value of [0, -1, Infinity, NaN, '1s']) {
      expect(optionProblem({ algorithm: 'aimd', latencyThresholdMs: value })).toMatch(/^limit\.latencyThresholdMs: /);
    }
  });
});

describe('a contradiction names both', () => {
  test.each([
    [{ minLimit: 9, initialLimit: 5 }, 'limit: minLimit (9) is more than initialLimit (5)'],
    [{ initialLimit: 9, maxLimit: 5 }, 'limit: initialLimit (9) is more than maxLimit (5)'],
    [{ minLimit: 9, maxLimit: 5 }, 'limit: minLimit (9) is more than maxLimit (5)'],
    [{ backoffRatio: 0.9 }, 'limit: backoffRatio with algorithm "gradient": only "aimd" has it'],
    [{ algorithm: 'aimd', tolerance: 2 }, 'limit: tolerance with algorithm "aimd": only "gradient" has it'],
  ])('%j', (value, problem) => {
    expect(read(value).problems).toEqual([problem]);
  });

  test.each([
    [{ minLimit: 9, initialLimit: 5 }, 'limit.minLimit: 9 (expected: at most limit.initialLimit, which is 5)'],
    [{ backoffRatio: 0.9 }, 'limit.backoffRatio: 0.9 (expected: only beside limit.algorithm "aimd")'],
    [{ algorithm: 'aimd', tolerance: 2 }, 'limit.tolerance: 2 (expected: only beside limit.algorithm "gradient")'],
  ])('%j as an option', (value, problem) => {
    expect(optionProblem(value)).toBe(problem);
  });

  test('bulkhead and concurrencyLimit of one method', () => {
    const reader = new ConfigReader();
    readFairleadExtension({ bulkhead: { maxConcurrent: 1 }, concurrencyLimit: {} }, 'fairlead', reader);
    expect(reader.problems).toEqual(['fairlead: bulkhead and concurrencyLimit exclude each other']);
  });
});

test('an unknown field is a warning in a config, and refused as an option', () => {
  expect(read({ initalLimit: 5 }).warnings).toEqual([
    'limit.initalLimit: unknown field, ignored (did you mean initialLimit?)',
  ]);
  expect(optionProblem({ initalLimit: 5 })).toContain('did you mean `initialLimit`?');
});
