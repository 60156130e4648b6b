import { describe, expect, test } from '@jest/globals';
import { InvalidServiceConfigError } from '../errors/invalid-service-config-error.js';
import { builtInPolicies } from '../policies/built-in-policies.js';
import { parseDuration } from './duration.js';
import { parseServiceConfig } from './parse-service-config.js';
import type { ServiceConfig } from './service-config.js';

// What grpc-java and grpc-js test of service configs, under their names.

const parsed = (json: unknown): ServiceConfig => parseServiceConfig(json, { policies: builtInPolicies }).config;
const balancing = (...loadBalancingConfig: unknown[]): ServiceConfig => parsed({ loadBalancingConfig });

function problemsOf(json: unknown): readonly string[] {
  try {
    parsed(json);
    return [];
  } catch (error) {
    if (error instanceof InvalidServiceConfigError) return error.problems;
    throw error;
  }
}

describe('ServiceConfigUtilTest', () => {
  test('unwrapLoadBalancingConfig', () => {
    const config = { childPolicy: [{ round_robin: {} }, { lbPolicy2: { key: 'val' } }] };
    expect(balancing({ priority_experimental: config }).loadBalancing).toMatchObject({ name: 'priority', config });
  });

  test.each([
    [
      'unwrapLoadBalancingConfig_failOnTooManyFields',
      { xds_experimental: {}, grpclb: {} },
      /^loadBalancingConfig\[0\]: /,
    ],
    [
      'unwrapLoadBalancingConfig_failOnEmptyObject',
      {},
      /^loadBalancingConfig\[0\]: \{\} \(expected: an object with exactly one/,
    ],
    [
      'unwrapLoadBalancingConfig_failWhenConfigIsString',
      { round_robin: 'I thought' },
      /round_robin: "I thought" \(expected: an object/,
    ],
  ])('%s', (_name, entry, problem) => {
    expect(problemsOf({ loadBalancingConfig: [entry] })).toEqual([expect.stringMatching(problem)]);
  });

  test('unwrapLoadBalancingConfigList', () => {
    const known = balancing({ xds_experimental: { unknown_field: 'x' } }, { round_robin: { unknown_field: 'x' } });
    expect(known.loadBalancing?.name).toBe('round_robin');
  });

  test('unwrapLoadBalancingConfigList_failOnMalformedConfig', () => {
    expect(
      problemsOf({ loadBalancingConfig: [{ round_robin: 'I thought I was a config' }, { pick_first: {} }] }),
    ).toEqual([expect.stringMatching(/ \(expected: an object\)$/)]);
  });
});

const RETRY = {
  maxAttempts: 2,
  initialBackoff: '1s',
  maxBackoff: '1s',
  backoffMultiplier: 1,
  retryableStatusCodes: [14, 'RESOURCE_EXHAUSTED'],
};
const HEDGING = { maxAttempts: 2 };
const THROTTLING = { maxTokens: 100, tokenRatio: 0.1 };

const method = (policy: object) => ({ methodConfig: [{ name: [{ service: 'A', method: 'B' }], ...policy }] });

describe('test-retry-config.ts', () => {
  describe('Retry', () => {
    test('Should accept a valid config', () => expect(problemsOf(method({ retryPolicy: RETRY }))).toEqual([]));

    test.each<[string, string, unknown]>([
      ['omitted maxAttempts', 'maxAttempts', undefined],
      ['a low maxAttempts', 'maxAttempts', 1],
      ['omitted initialBackoff', 'initialBackoff', undefined],
      ['a non-numeric initialBackoff', 'initialBackoff', 'abcs'],
      ['an initialBackoff without an s', 'initialBackoff', '123'],
      ['omitted maxBackoff', 'maxBackoff', undefined],
      ['a non-numeric maxBackoff', 'maxBackoff', 'abcs'],
      ['an maxBackoff without an s', 'maxBackoff', '123'],
      ['omitted backoffMultiplier', 'backoffMultiplier', undefined],
      ['a negative backoffMultiplier', 'backoffMultiplier', -1],
      ['omitted retryableStatusCodes', 'retryableStatusCodes', undefined],
      ['empty retryableStatusCodes', 'retryableStatusCodes', []],
      ['unknown status code name', 'retryableStatusCodes', ['abcd']],
      ['out of range status code number', 'retryableStatusCodes', [12345]],
    ])('Should reject %s', (_name, field, value) => {
      const problems = problemsOf(method({ retryPolicy: { ...RETRY, [field]: value } }));
      expect(problems).toEqual([expect.stringContaining(`methodConfig[0].retryPolicy.${field}`)]);
    });
  });

  describe('Hedging', () => {
    test('Should accept valid configs', () => {
      const full = { ...HEDGING, hedgingDelay: '1s', nonFatalStatusCodes: [14, 'RESOURCE_EXHAUSTED'] };
      for (const hedgingPolicy of [HEDGING, full]) expect(problemsOf(method({ hedgingPolicy }))).toEqual([]);
    });

    test.each<[string, string, unknown]>([
      ['omitted maxAttempts', 'maxAttempts', undefined],
      ['a low maxAttempts', 'maxAttempts', 1],
      ['a non-numeric hedgingDelay', 'hedgingDelay', 'abcs'],
      ['a hedgingDelay without an s', 'hedgingDelay', '123'],
      ['unknown status code name', 'nonFatalStatusCodes', ['abcd']],
      ['out of range status code number', 'nonFatalStatusCodes', [12345]],
    ])('Should reject %s', (_name, field, value) => {
      const problems = problemsOf(method({ hedgingPolicy: { ...HEDGING, [field]: value } }));
      expect(problems).toEqual([expect.stringContaining(`methodConfig[0].hedgingPolicy.${field}`)]);
    });
  });

  describe('Throttling', () => {
    test('Should accept a valid config', () => expect(problemsOf({ retryThrottling: THROTTLING })).toEqual([]));

    test.each<[string, string, unknown]>([
      ['omitted maxTokens', 'maxTokens', undefined],
      ['a large maxTokens', 'maxTokens', 1001],
      ['zero maxTokens', 'maxTokens', 0],
      ['omitted tokenRatio', 'tokenRatio', undefined],
      ['zero tokenRatio', 'tokenRatio', 0],
    ])('Should reject %s', (_name, field, value) => {
      const problems = problemsOf({ retryThrottling: { ...THROTTLING, [field]: value } });
      expect(problems).toEqual([expect.stringContaining(`retryThrottling.${field}`)]);
    });
  });
});

describe('test-confg-parsing.ts', () => {
  const childPolicy = [{ round_robin: {} }];
  const absent = Object.fromEntries(
    ['interval', 'baseEjectionTime', 'maxEjectionTime', 'maxEjectionPercent', 'successRateEjection'].map((field) => [
      field,
      undefined,
    ]),
  );
  const populated = {
    interval: '20s',
    baseEjectionTime: '40s',
    maxEjectionTime: '400s',
    maxEjectionPercent: 20,
    successRateEjection: { stdevFactor: 1_800, enforcementPercentage: 90, minimumHosts: 4, requestVolume: 200 },
    failurePercentageEjection: { threshold: 95, enforcementPercentage: 90, minimumHosts: 4, requestVolume: 60 },
  };

  test.each<[string, string, object]>([
    ['pick_first', 'no fields set', {}],
    ['pick_first', 'shuffleAddressList set', { shuffleAddressList: true }],
    ['round_robin', 'no fields set', {}],
    ['outlier_detection', 'only required fields set', { childPolicy }],
    ['outlier_detection', 'all optional fields undefined', { ...absent, childPolicy }],
    [
      'outlier_detection',
      'empty ejection configs',
      { successRateEjection: {}, failurePercentageEjection: {}, childPolicy },
    ],
    ['outlier_detection', 'all fields populated', { ...populated, childPolicy }],
  ])('%s: %s', (name, _case, config) => {
    const { loadBalancing } = balancing({ [name]: config });
    expect([loadBalancing?.name, loadBalancing?.warnings]).toEqual([name, []]);
    expect(loadBalancing?.create().name).toBe(name);
  });
});

describe('test-duration.ts: parseDuration', () => {
  test.each([
    ['1.0s', 1_000],
    ['1.5s', 1_500],
    ['1s', 1_000],
  ])('%s', (text, ms) => expect(parseDuration(text, 'x')).toBe(ms));

  test('1', () => expect(() => parseDuration('1', 'x')).toThrow('x: "1" (expected: a duration'));
});
