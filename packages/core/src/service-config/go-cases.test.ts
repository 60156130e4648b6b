import { describe, expect, test } from '@jest/globals';
import { InvalidServiceConfigError } from '../errors/invalid-service-config-error.js';
import { builtInPolicies } from '../policies/built-in-policies.js';
import { parseDuration } from './duration.js';
import { parseServiceConfig } from './parse-service-config.js';
import type { ServiceConfig } from './service-config.js';

// What grpc-go tests of service configs, under its names.

const NAMED = { name: [{ service: 'foo', method: 'Bar' }] };
const OTHER = { name: [{ service: 'foo', method: 'baz' }] };

const configOf = (json: unknown): ServiceConfig => parseServiceConfig(json, { policies: builtInPolicies }).config;
const refused = (json: unknown): void => expect(() => configOf(json)).toThrow(InvalidServiceConfigError);
const invalid = (field: string, value: unknown): void => refused({ methodConfig: [{ ...NAMED, [field]: value }] });

describe('service_config_test.go', () => {
  test('TestParseLBConfig', () => {
    const { loadBalancing } = configOf({ loadBalancingConfig: [{ pick_first: { shuffleAddressList: true } }] });
    expect(loadBalancing).toMatchObject({ name: 'pick_first', config: { shuffleAddressList: true } });
  });

  test('TestParseNoLBConfigSupported', () => {
    refused({ loadBalancingConfig: [{ not_a_balancer_name: {} }, { also_not_a_balancer: {} }] });
  });

  test('TestParseLoadBalancer', () => {
    const waiting = { ...NAMED, waitForReady: true };
    const config = configOf({ loadBalancingPolicy: 'round_robin', methodConfig: [waiting] });
    expect([config.loadBalancing?.name, config.methodConfig('/foo/Bar')]).toEqual([
      'round_robin',
      { waitForReady: true },
    ]);
    refused({ loadBalancingPolicy: 1, methodConfig: [waiting] });
  });

  test('TestParseWaitForReady', () => {
    for (const waitForReady of [true, false]) {
      const config = configOf({ methodConfig: [{ ...NAMED, waitForReady }] });
      expect(config.methodConfig('/foo/Bar')).toEqual({ waitForReady });
    }
    refused({
      methodConfig: [
        { ...NAMED, waitForReady: 'fall' },
        { ...OTHER, waitForReady: true },
      ],
    });
  });

  test('TestParseTimeOut', () => {
    expect(configOf({ methodConfig: [{ ...NAMED, timeout: '1s' }] }).methodConfig('/foo/Bar')).toEqual({
      timeoutMs: 1_000,
    });
    invalid('timeout', '3c');
    refused({
      methodConfig: [
        { ...NAMED, timeout: '3c' },
        { ...OTHER, timeout: '1s' },
      ],
    });
  });

  test('TestParseMsgSize', () => {
    const sizes = { maxRequestMessageBytes: 1_024, maxResponseMessageBytes: 2_048 };
    expect(configOf({ methodConfig: [{ ...NAMED, ...sizes }] }).methodConfig('/foo/Bar')).toEqual(sizes);
    const texts = { maxRequestMessageBytes: '1024', maxResponseMessageBytes: '2048' };
    refused({
      methodConfig: [
        { ...NAMED, ...texts },
        { ...OTHER, ...sizes },
      ],
    });
  });

  test('TestParseDefaultMethodConfig', () => {
    for (const name of [{}, { service: null }, { service: '' }]) {
      const config = configOf({ methodConfig: [{ name: [name], waitForReady: true }] });
      expect(config.methodConfig('/any/Method')).toEqual({ waitForReady: true });
    }
    for (const name of [{ method: 'Bar' }, { service: '', method: 'Bar' }]) {
      refused({ methodConfig: [{ name: [name], waitForReady: true }] });
    }
  });

  test('TestParseMethodConfigDuplicatedName', () => {
    refused({ methodConfig: [{ name: [{ service: 'foo' }, { service: 'foo' }], waitForReady: true }] });
  });

  describe('TestParseRetryPolicy', () => {
    const policy = {
      maxAttempts: 2,
      initialBackoff: '2s',
      maxBackoff: '10s',
      backoffMultiplier: 2,
      retryableStatusCodes: ['UNAVAILABLE'],
    };

    test('valid', () => {
      expect(configOf({ methodConfig: [{ ...NAMED, retryPolicy: policy }] }).methodConfig('/foo/Bar')).toEqual({
        retryPolicy: {
          maxAttempts: 2,
          initialBackoffMs: 2_000,
          maxBackoffMs: 10_000,
          backoffMultiplier: 2,
          retryableStatusCodes: new Set([14]),
        },
      });
    });

    test.each<[string, object]>([
      ['negative maxAttempts', { maxAttempts: -1 }],
      ['missing maxAttempts', { maxAttempts: undefined }],
      ['zero initialBackoff', { initialBackoff: '0s' }],
      ['zero maxBackoff', { maxBackoff: '0s' }],
      ['zero backoffMultiplier', { backoffMultiplier: 0 }],
      ['no retryable codes', { retryableStatusCodes: [] }],
    ])('%s', (_name, change) => invalid('retryPolicy', { ...policy, ...change }));
  });
});

describe('internal/serviceconfig/serviceconfig_test.go: TestBalancerConfigUnmarshalJSON', () => {
  const chosen = (list: unknown): string | undefined => configOf({ loadBalancingConfig: list }).loadBalancing?.name;

  test.each<[string, unknown]>([
    ['empty json', ''],
    ['more than one entry for a map', [{ round_robin: '1', pick_first: '2' }]],
    ['no balancer registered', [{ balancer1: '1' }, { balancer2: '2' }]],
  ])('%s', (_name, list) => refused({ loadBalancingConfig: list }));

  test('OK', () => expect(chosen([{ round_robin: {} }])).toBe('round_robin'));
  test('first balancer not registered', () => {
    expect(chosen([{ balancer1: '1' }, { round_robin: {} }])).toBe('round_robin');
  });
  test('balancer registered but builder not parser', () => {
    expect(chosen([{ round_robin: { whatever: 1 } }])).toBe('round_robin');
  });
});

describe('internal/serviceconfig/duration_test.go: TestDuration_MarshalUnmarshal', () => {
  test.each([
    ['1s', 1_000],
    ['-100.700s', -100_700],
    ['-0.200s', -200],
    ['9223372036s', 9_223_372_036_000],
    ['9223372037s', 9_223_372_037_000],
    ['9223372036.854775807s', 9_223_372_036_854.775],
    ['9223372036.854775808s', 9_223_372_036_854.775],
    ['315576000000s', 315_576_000_000_000],
    ['-9223372036s', -9_223_372_036_000],
    ['-9223372037s', -9_223_372_037_000],
    ['-9223372036.854775808s', -9_223_372_036_854.775],
    ['-9223372036.854775809s', -9_223_372_036_854.775],
    ['-315576000000s', -315_576_000_000_000],
  ])('%s', (text, ms) => expect(parseDuration(text, 'x')).toBeCloseTo(ms, 1));

  test.each([
    '.050s',
    '-.001s',
    '315576000001s',
    '-315576000001s',
    '5m',
    '5.3.2s',
    'x.3s',
    '3.xs',
    '3.1234567890s',
    '.s',
    's',
  ])('%s is refused', (text) => expect(() => parseDuration(text, 'x')).toThrow(/^x: .* \(expected: a duration/));
});
