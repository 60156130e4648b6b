import { readFileSync } from 'node:fs';
import { InvalidOptionError, InvalidServiceConfigError } from '@fairlead/core';
import { SeededRandom, VirtualClock } from '@fairlead/testing';
import { metrics } from '@opentelemetry/api';
import { describe, expect, test } from '@jest/globals';
import {
  codes,
  count,
  duration,
  errorOf,
  heldToLimits,
  LONGEST,
  MAX_INT,
  NO_NUMBERS,
  NO_OBJECTS,
  noObjects,
  positive,
  seconds,
  TIMER_MAX,
  TOO_LONG,
  type Limits,
  type Place,
  type Table,
} from '../test/limits.js';
import type { ChannelOptions, OwnChannelOptions } from './options.js';
import type {
  BulkheadJson,
  ChannelExtensionJson,
  CircuitBreakerJson,
  ClientThrottlingJson,
  ConcurrencyLimitJson,
  ConnectionScalingJson,
  HedgingPolicyJson,
  MeasuredDelayJson,
  MethodConfigJson,
  MethodExtensionJson,
  RetryBudgetJson,
  RetryPolicyJson,
  RetryThrottlingJson,
  ServiceConfigJson,
} from './service-config-json.js';

const nothing = (): void => undefined;
const SILENT = { debug: nothing, info: nothing, warn: nothing, error: nothing };

const METERS = metrics.getMeterProvider();

const OPTIONS: Table<OwnChannelOptions> = {
  serviceConfig: { good: [{}], bad: NO_OBJECTS },
  defaultServiceConfig: { good: [{}], bad: NO_OBJECTS },
  methods: { good: [{}, { '*': {} }], bad: [...NO_OBJECTS, { '/a.B/C': {} }, { 'a.B': { timeoutMs: -1 } }] },
  retryBudget: {
    good: [
      {},
      { ratio: 0 },
      { ratio: 1_000 },
      { minPerSecond: 0 },
      { minPerSecond: 1e6 },
      { ttlMs: 1_000 },
      { ttlMs: 6e4 },
    ],
    bad: [
      ...NO_OBJECTS,
      ...[-0.001, 1_000.1, ...NO_NUMBERS.slice(0, 2)].map((ratio) => ({ ratio })),
      ...[-0.001, 1_000_000.1].map((minPerSecond) => ({ minPerSecond })),
      ...[999, 60_001].map((ttlMs) => ({ ttlMs })),
    ],
  },
  retryThrottling: {
    good: [
      { maxTokens: 1, tokenRatio: 0.001 },
      { maxTokens: 1_000, tokenRatio: 1e9 },
    ],
    bad: [
      ...NO_OBJECTS,
      {},
      { maxTokens: 10 },
      { tokenRatio: 1 },
      { maxTokens: 0, tokenRatio: 1 },
      { maxTokens: 1_001, tokenRatio: 1 },
      { maxTokens: 10, tokenRatio: 0.0009 },
      { maxTokens: 10, tokenRatio: 1, ratio: 1 },
    ],
  },
  concurrencyLimit: {
    good: [{}, { minLimit: 1, initialLimit: 1, maxLimit: 1 }, { maxQueue: 0 }, { tolerance: 1 }, { tolerance: 5 }],
    bad: [
      ...NO_OBJECTS,
      { minLimit: 0 },
      { initialLimit: 1.5 },
      { maxLimit: 0 },
      { maxQueue: -1 },
      { tolerance: 0.999 },
      { tolerance: 5.001 },
      { minLimit: 3, maxLimit: 2 },
      { backoffRatio: 0.9 },
      { algorithm: 'vegas' },
    ],
  },
  clientThrottling: {
    good: [{}, { multiplier: 1 }, { multiplier: 100 }, { windowMs: 1_000 }, { windowMs: 3_600_000 }],
    bad: [...NO_OBJECTS, { multiplier: 0.999 }, { multiplier: 100.1 }, { windowMs: 999 }, { windowMs: 3_600_001 }],
  },
  deadlineMarginMs: duration(0, Number.MAX_VALUE),
  tracing: {
    good: [true, false, {}, { semconv: 'dup' }, { attemptSpans: false }, { metadataAttributes: ['a'] }],
    bad: [
      null,
      5,
      'x',
      [],
      { semconv: 'new' },
      { attemptSpans: false, messageEvents: true },
      { metadataAttributes: ['A'] },
    ],
  },
  metrics: {
    good: [
      { meterProvider: METERS },
      { meterProvider: METERS, maxMemberSeries: 0 },
      { meterProvider: METERS, instruments: ['rpc'] },
    ],
    bad: [
      ...NO_OBJECTS,
      {},
      { meterProvider: {} },
      { meterProvider: METERS, maxMemberSeries: -1 },
      { meterProvider: METERS, maxMemberSeries: 10_001 },
      { meterProvider: METERS, instruments: ['rcp'] },
    ],
  },
  interceptors: { good: [[]], bad: [null, {}, [5], [null]] },
  refreshIntervalMs: duration(1_000, TIMER_MAX),
  minRefreshIntervalMs: { ...duration(10, TIMER_MAX), beside: { refreshIntervalMs: TIMER_MAX } },
  lookupTimeoutMs: duration(100, 600_000),
  lookUpServiceConfig: { good: [true, false], bad: [0, 1, 'true', null] },
  connectTimeoutMs: duration(100, 600_000),
  connectionAttemptDelayMs: duration(100, 2_000),
  idleTimeoutMs: duration(1_000, Number.MAX_VALUE, true),
  drainGraceMs: duration(0, Number.MAX_VALUE, true),
  maxConnectionAgeMs: duration(1_000, Number.MAX_VALUE, true),
  maxConnectionAgeGraceMs: duration(0, Number.MAX_VALUE, true),
  keepaliveTimeMs: duration(10_000, TIMER_MAX, true),
  keepaliveTimeoutMs: { ...duration(1_000, TIMER_MAX), beside: { keepaliveTimeMs: 10_000 } },
  keepaliveWithoutCalls: {
    good: [true, false],
    bad: [0, 1, 'true', null],
    beside: { keepaliveTimeMs: 10_000 },
  },
  channelz: { good: [true, false], bad: [0, 1, 'true', null] },
  eventLoopStallMs: duration(10, Number.MAX_VALUE, true),
  healthChecking: { good: [true, false], bad: [0, 1, 'true', null] },
  minReadyMembers: { good: [1, MAX_INT], bad: [0, 1.5, Infinity, MAX_INT + 1, ...NO_NUMBERS] },
  balancing: { good: [], bad: [null, {}, 'round_robin'] },
  balancingPolicies: {
    good: [[], [{ names: ['mine'], create: nothing }]],
    bad: [null, 5, 'x', true, {}, [{}], [{ names: ['mine'] }], [{ names: [], create: nothing }]],
  },
  resolvers: {
    good: [[], [{ schemes: ['mine'], create: () => undefined }]],
    bad: [null, {}, [{}], [{ schemes: ['a'] }]],
  },
  defaultScheme: { good: ['dns'], bad: ['', 5, null] },
  logger: { good: [SILENT], bad: [null, {}, 5, () => undefined] },
  clock: { good: [new VirtualClock()], bad: [null, {}, 5] },
  random: { good: [new SeededRandom(1)], bad: [null, {}, 5] },
};

const BREAKER: Table<CircuitBreakerJson> = {
  failureRatio: { good: [0, 0.999], bad: [-0.001, 1, '0.5', Infinity] },
  requestVolume: count(1),
  window: seconds(['0.01s', LONGEST], ['0.009s', TOO_LONG]),
  openTime: seconds(['0.001s', LONGEST], ['0s', TOO_LONG]),
  probeTimeout: seconds(['0.001s', LONGEST], ['0s', TOO_LONG]),
  failureStatusCodes: { good: codes.good, bad: [...codes.bad, [], ['CANCELLED']] },
};

const BULKHEAD: Table<BulkheadJson> = {
  maxConcurrent: count(1),
  maxQueue: { ...count(0), beside: { maxConcurrent: 1 } },
  group: { good: ['g'], bad: [5, {}, true], beside: { maxConcurrent: 1 } },
  priority: {
    good: [-MAX_INT, 0, MAX_INT],
    bad: [0.5, Infinity, '1'],
    beside: { maxConcurrent: 1, maxQueue: 1, group: 'g' },
  },
};

const LIMIT: Table<ConcurrencyLimitJson> = {
  algorithm: { good: ['gradient', 'aimd'], bad: ['vegas', 5] },
  initialLimit: count(1),
  minLimit: count(1),
  maxLimit: count(1),
  maxQueue: count(0),
  tolerance: { good: [1, 5], bad: [0.999, 5.001, '1'] },
  backoffRatio: { good: [0.5, 0.999], bad: [0.499, 1, '0.9'], beside: { algorithm: 'aimd' } },
  latencyThreshold: { ...positive, beside: { algorithm: 'aimd' } },
};

const DELAY: Table<MeasuredDelayJson> = {
  quantile: { good: ['p50', 'p99.9'], bad: ['p49', 'p49.9', 'p100', 'p99.99', '95', 95] },
  min: { ...seconds(['0.000000001s', '10s'], ['0s']), beside: { quantile: 'p95' } },
  max: { ...seconds(['0.001s', '315576000000s'], ['0s']), beside: { quantile: 'p95' } },
};

const CLIENT_THROTTLING: Table<ClientThrottlingJson> = {
  multiplier: { good: [1, 100, null], bad: [0.999, 100.1, '2', true] },
  window: seconds(['1s', '3600s'], ['0.999s', '3600.001s']),
};

const notNegative = seconds(['0s', '315576000000s'], []);

const CHANNEL: Table<ChannelExtensionJson> = {
  concurrencyLimit: { good: [{}, null], bad: noObjects },
  retryBudget: { good: [{}, null], bad: noObjects },
  clientThrottling: { good: [{}, null], bad: noObjects },
  deadlineMargin: notNegative,
};

const BUDGET: Table<RetryBudgetJson> = {
  ratio: { good: [0, 1_000, null], bad: [-0.001, 1_000.1, '1', Infinity] },
  minPerSecond: { good: [0, 1e6, null], bad: [-1, 1_000_000.1, '1', Infinity] },
  ttl: seconds(['1s', '60s'], ['0.999s', '60.001s']),
};

const EXTENSION: Table<MethodExtensionJson> = {
  circuitBreaker: { good: [{}, null], bad: noObjects },
  bulkhead: { good: [{ maxConcurrent: 1 }, null], bad: [...noObjects, {}] },
  concurrencyLimit: { good: [{}, null], bad: noObjects },
  clientThrottling: { good: [{}, null], bad: noObjects },
  deadlineMargin: notNegative,
  perAttemptTimeout: positive,
  hedgingDelay: { good: ['p95', null], bad: [{}, 5, 'x', []] },
  hedgingRatio: { good: [0, 0.05, 1, null], bad: [-0.01, 1.01, '1', {}] },
};

const RETRY: RetryPolicyJson = {
  maxAttempts: 2,
  initialBackoff: '1s',
  maxBackoff: '1s',
  backoffMultiplier: 1,
  retryableStatusCodes: ['UNAVAILABLE'],
};

const RETRY_POLICY: Table<RetryPolicyJson> = {
  maxAttempts: { good: [2, 5, 100], bad: [1, 0, 2.5, '2', null] },
  initialBackoff: positive,
  maxBackoff: positive,
  backoffMultiplier: { good: [Number.MIN_VALUE, 1, Number.MAX_VALUE], bad: [0, -1, Infinity, '2', null] },
  retryableStatusCodes: { good: codes.good, bad: [...codes.bad, [], null] },
};

const HEDGING_POLICY: Table<HedgingPolicyJson> = {
  maxAttempts: { good: [2, 5, 100], bad: [1, 0, 2.5, '2', null] },
  hedgingDelay: { ...seconds(['0s', '315576000000s'], []), beside: { maxAttempts: 2 } },
  nonFatalStatusCodes: { ...codes, good: [...codes.good, []], beside: { maxAttempts: 2 } },
};

const UINT32_MAX = 2 ** 32 - 1;
const bytes: Limits = { good: [0, UINT32_MAX, null], bad: [-1, UINT32_MAX + 1, 1.5, '1', true] };

const SCALING: Table<ConnectionScalingJson> = {
  maxConnectionsPerSubchannel: { good: [0, 1, 10, UINT32_MAX, null], bad: [-1, UINT32_MAX + 1, 1.5, '1', true] },
};

const METHOD: Table<MethodConfigJson> = {
  name: {
    good: [[], [{}], [{ service: 'a' }], [{ service: 'a', method: 'b' }]],
    bad: [{}, 'a', [5], [{ method: 'b' }]],
  },
  timeout: seconds(['0s', '315576000000s'], []),
  waitForReady: { good: [true, false, null], bad: [0, 'true', {}] },
  maxRequestMessageBytes: bytes,
  maxResponseMessageBytes: bytes,
  retryPolicy: { good: [RETRY, null], bad: [...noObjects, {}] },
  hedgingPolicy: { good: [{ maxAttempts: 2 }, null], bad: [...noObjects, {}] },
  fairlead: { good: [{}, null], bad: noObjects },
};

const THROTTLING: Table<RetryThrottlingJson> = {
  maxTokens: { good: [1, 1_000], bad: [0, 1_001, 1.5, '1', null], beside: { tokenRatio: 1 } },
  tokenRatio: { good: [0.001, 1e9], bad: [0, 0.0009, -1, Infinity, '1', null], beside: { maxTokens: 1 } },
};

const method = (config: object): ServiceConfigJson => ({ methodConfig: [{ name: [{}], ...config }] });
const extension = (fairlead: object): ServiceConfigJson => method({ fairlead });
const hedged = (fairlead: object): ServiceConfigJson => method({ hedgingPolicy: { maxAttempts: 2 }, fairlead });
const at = 'serviceConfig.methodConfig[0]';

const PLACES: readonly Place[] = [
  { path: `${at}.fairlead.circuitBreaker`, table: BREAKER, config: (circuitBreaker) => extension({ circuitBreaker }) },
  { path: `${at}.fairlead.bulkhead`, table: BULKHEAD, config: (bulkhead) => extension({ bulkhead }) },
  { path: `${at}.fairlead.concurrencyLimit`, table: LIMIT, config: (limit) => extension({ concurrencyLimit: limit }) },
  { path: `${at}.fairlead.hedgingDelay`, table: DELAY, config: (hedgingDelay) => hedged({ hedgingDelay }) },
  {
    path: `${at}.fairlead.clientThrottling`,
    table: CLIENT_THROTTLING,
    config: (clientThrottling) => extension({ clientThrottling }),
  },
  { path: `${at}.fairlead`, table: EXTENSION, config: hedged },
  { path: 'serviceConfig.fairlead', table: CHANNEL, config: (fairlead) => ({ fairlead }) },
  {
    path: 'serviceConfig.fairlead.retryBudget',
    table: BUDGET,
    config: (retryBudget) => ({ fairlead: { retryBudget } }),
  },
  {
    path: 'serviceConfig.fairlead.clientThrottling',
    table: CLIENT_THROTTLING,
    config: (clientThrottling) => ({ fairlead: { clientThrottling } }),
  },
  {
    path: 'serviceConfig.fairlead.concurrencyLimit',
    table: LIMIT,
    config: (concurrencyLimit) => ({ fairlead: { concurrencyLimit } }),
  },
  {
    path: `${at}.retryPolicy`,
    table: RETRY_POLICY,
    config: (policy) => method({ retryPolicy: { ...RETRY, ...policy } }),
  },
  { path: `${at}.hedgingPolicy`, table: HEDGING_POLICY, config: (hedgingPolicy) => method({ hedgingPolicy }) },
  { path: at, table: METHOD, config: method },
  {
    path: 'serviceConfig.connectionScaling',
    table: SCALING,
    config: (connectionScaling) => ({ connectionScaling }),
  },
  {
    path: 'serviceConfig.retryThrottling',
    table: THROTTLING,
    config: (throttling) => ({ retryThrottling: throttling as RetryThrottlingJson }),
  },
];

describe('the option', () => {
  test.each(Object.entries(OPTIONS))(
    '%s is taken up to its limits, and refused by its name past them',
    (name, limits) => {
      const { beside } = limits;
      for (const value of limits.good)
        expect([value, errorOf({ ...beside, [name]: value })]).toEqual([value, undefined]);
      for (const value of limits.bad) {
        const error = errorOf({ ...beside, [name]: value });
        const expected = /^(default)?ServiceConfig$/i.test(name) ? InvalidServiceConfigError : InvalidOptionError;
        expect([value, error?.message, error]).toEqual([value, expect.stringContaining(name), expect.any(expected)]);
      }
    },
  );

  test.each(['grpc.per_rpc_retry_buffer_size', 'grpc.retry_buffer_size'])('%s', (name) => {
    for (const value of [0, MAX_INT]) expect(errorOf({ [name]: value })).toBeUndefined();
    for (const value of [-1, 0.5, Infinity, MAX_INT + 1])
      expect(errorOf({ [name]: value })?.message).toContain(`${name}: `);
  });
});

describe.each(PLACES)('of $path', heldToLimits);

describe('a contradiction names both', () => {
  const retryPolicy = RETRY;
  const hedgingPolicy = { maxAttempts: 2 };

  test.each<[string, ServiceConfigJson, readonly string[]]>([
    [
      'retrying and hedging',
      method({ retryPolicy, hedgingPolicy }),
      [`${at}: retryPolicy and hedgingPolicy exclude each other`],
    ],
    [
      'an attempt that may take longer than its call',
      method({ timeout: '1s', fairlead: { perAttemptTimeout: '1.001s' } }),
      [`${at}: fairlead.perAttemptTimeout (1.001s) is longer than timeout (1s)`],
    ],
    [
      'a breaker that opens for a share of no calls',
      extension({ circuitBreaker: { failureRatio: 0.5, requestVolume: 0 } }),
      [
        `${at}.fairlead.circuitBreaker.requestVolume: 0 (expected: an integer, at least 1: a failureRatio needs calls to be a share of)`,
      ],
    ],
    [
      'a fixed and a learnt size',
      extension({ bulkhead: { maxConcurrent: 1 }, concurrencyLimit: {} }),
      [`${at}.fairlead: bulkhead and concurrencyLimit exclude each other`],
    ],
    [
      'bounds of a limit',
      extension({ concurrencyLimit: { minLimit: 5, maxLimit: 4 } }),
      [`${at}.fairlead.concurrencyLimit: minLimit (5) is more than maxLimit (4)`],
    ],
    [
      'a measured delay without hedges',
      extension({ hedgingDelay: 'p95' }),
      [`${at}: fairlead.hedgingDelay without hedgingPolicy`],
    ],
    [
      'a bucket and a share of the calls',
      { retryThrottling: { maxTokens: 10, tokenRatio: 0.1 }, fairlead: { retryBudget: {} } },
      ['serviceConfig.fairlead.retryBudget and retryThrottling exclude each other'],
    ],
    [
      'bounds of a measured delay',
      method({ hedgingPolicy, fairlead: { hedgingDelay: { quantile: 'p95', min: '2s', max: '1s' } } }),
      [`${at}.fairlead.hedgingDelay: min (2000 ms) is longer than max (1000 ms)`],
    ],
  ])('%s', (_what, serviceConfig, problems) => {
    expect((errorOf({ serviceConfig }) as InvalidServiceConfigError).problems).toEqual(problems);
  });

  const retryThrottling = { maxTokens: 10, tokenRatio: 0.1 };

  test.each<[string, ChannelOptions, string]>([
    ['two limits of retries', { retryBudget: {}, retryThrottling }, 'not set beside retryBudget'],
    [
      'an option and a field',
      { retryThrottling, serviceConfig: { retryThrottling } },
      'not set beside serviceConfig.retryThrottling',
    ],
    [
      'a bucket here and a share there',
      { retryThrottling, serviceConfig: { fairlead: { retryBudget: {} } } },
      'not set beside serviceConfig.fairlead.retryBudget',
    ],
    [
      'a share here and a bucket there',
      { retryBudget: {}, serviceConfig: { retryThrottling } },
      'not set beside serviceConfig.retryThrottling',
    ],
    ['two shares', { retryBudget: {}, serviceConfig: { fairlead: { retryBudget: {} } } }, 'fairlead.retryBudget'],
    [
      'two throttles',
      { clientThrottling: {}, serviceConfig: { fairlead: { clientThrottling: {} } } },
      'not set beside serviceConfig.fairlead.clientThrottling',
    ],
    [
      'two limits',
      { concurrencyLimit: {}, 'grpc.service_config': '{"fairlead":{"concurrencyLimit":{}}}' },
      'not set beside grpc.service_config.fairlead.concurrencyLimit',
    ],
    [
      'two margins',
      { deadlineMarginMs: 0, serviceConfig: { fairlead: { deadlineMargin: '0s' } } },
      'not set beside serviceConfig.fairlead.deadlineMargin',
    ],
  ])('%s', (_what, options, expected) => {
    const error = errorOf(options);
    expect(error).toBeInstanceOf(InvalidOptionError);
    const option = Object.keys(options).find((name) => error?.message.startsWith(`${name}: `));
    expect([option, error?.message]).toEqual([expect.any(String), expect.stringContaining(expected)]);
  });

  test('but an option for the channel and its twin for a method are no contradiction', () => {
    const serviceConfig = extension({ clientThrottling: {}, deadlineMargin: '1s' });
    expect(errorOf({ clientThrottling: {}, deadlineMarginMs: 5, serviceConfig })).toBeUndefined();
  });

  test('but what is just possible is taken', () => {
    for (const config of [
      method({ timeout: '1s', fairlead: { perAttemptTimeout: '1s' } }),
      extension({ bulkhead: { maxConcurrent: 1 }, concurrencyLimit: null }),
      extension({ concurrencyLimit: { minLimit: 5, maxLimit: 5 } }),
      method({ retryPolicy, hedgingPolicy: null }),
    ]) {
      expect(errorOf({ serviceConfig: config })).toBeUndefined();
    }
  });
});

test('every option is in the README, and nothing else is', () => {
  const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
  const section = readme.split(/^## /m).find((part) => part.startsWith('Options'))!;
  const cells = section.split('\n').flatMap((line) => /^\| ((?:`[\w.]+`(?:, )?)+)/.exec(line)?.[1] ?? []);
  const names = cells.flatMap((cell) => [...cell.matchAll(/`([\w.]+)`/g)].map(([, name]) => name!));
  const own = names.filter((name) => !name.startsWith('grpc.')).map((name) => name.split('.')[0]!);
  expect([...new Set(own)].sort()).toEqual(Object.keys(OPTIONS).sort());
});
